/**
 * The theme before anything is drawn: where the address says none, what was chosen last (state/kept.js), else the style
 * sheet follows the system. A script of its own, not a module, because modules run after the first picture.
 */
try {
  const kept = localStorage.getItem('convoscope.theme'), { dataset } = document.documentElement;
  if (!dataset.theme && (kept === 'light' || kept === 'dark')) dataset.theme = kept;
} catch {
  // a page that may not ask the storage follows the system
}
