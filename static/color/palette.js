/** The colours of each theme that are not numbers. css/tokens.css says the same to the page; a test compares them. */

/** @typedef {'light' | 'dark'} Theme */

/** @type {Record<Theme, Record<string, string>>} */
export const PALETTE = {
  light: {
    paper: '#f6f1e6', sheet: '#fffdf7', ink: '#1c1915', ink2: '#574f44', ink3: '#766d60', rule: '#d8cfbd', halo: '#ffffff',
    lid: 'rgba(255,255,255,.20)', side: 'rgba(28,25,21,.09)', empty: 'rgba(28,25,21,.015)', wedge: 'rgba(28,25,21,.045)',
  },
  dark: {
    paper: '#0a0e18', sheet: '#121829', ink: '#eaf0ff', ink2: '#a9b4ce', ink3: '#8390b0', rule: '#232c46', halo: '#05070d',
    lid: 'rgba(255,255,255,.08)', side: 'rgba(0,0,0,.34)', empty: 'rgba(234,240,255,.02)', wedge: 'rgba(150,175,255,.075)',
  },
};
