/** Find a layer by its name or by what it does: a list that narrows as one types; Enter goes there. */

import { times } from '../scene/labels.js';
import { fill, h } from '../ui/h.js';

/** @import { Context, NodeView } from '../types.d.ts' */

/** Rows shown of those that were found. */
const MOST = 60;

/**
 * The nodes that have all words of the question in their name, kind, summary or shape; names that begin with it first.
 * @param {NodeView[]} nodes @param {string} question
 * @returns {NodeView[]}
 */
export function found(nodes, question) {
  const words = question.toLowerCase().split(/\s+/).filter(Boolean);
  const said = (/** @type {NodeView} */ node) => `${node.name} ${node.kind} ${node.summary} ${times(node.shape)}`.toLowerCase();
  const all = nodes.filter((node) => words.every((word) => said(node).includes(word)));
  const first = (/** @type {NodeView} */ node) => Number(!node.name.toLowerCase().startsWith(words[0] ?? ''));
  return all.map((node, k) => ({ node, k })).sort((a, b) => first(a.node) - first(b.node) || a.k - b.k).map(({ node }) => node);
}

/** @type {{ dialog: HTMLDialogElement, open: (context: Context) => void } | undefined} */
let made;

/** @param {Context} context */
export function openFind(context) {
  made ??= make();
  made.open(context);
}

function make() {
  /** @type {NodeView[]} */
  let nodes = [];
  /** @type {NodeView[]} */
  let rows = [];
  let chosen = 0;
  const input = h('input', { type: 'search', placeholder: 'name, kind or shape: conv 3×3, block4, 56×56', 'aria-label': 'Find a layer', autocomplete: 'off', spellcheck: false, role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'found' });
  const list = h('ol', { id: 'found', role: 'listbox' });
  const count = h('p', { class: 'count', role: 'status' });
  const dialog = h('dialog', { id: 'find', 'aria-label': 'Find a layer' }, h('div', { class: 'sheet' }, input, list, count));
  document.body.append(dialog);

  /** @param {number} to */
  function choose(to) {
    chosen = Math.max(0, Math.min(rows.length - 1, to));
    [...list.children].forEach((row, k) => row.setAttribute('aria-selected', String(k === chosen)));
    list.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }

  function write() {
    const all = found(nodes, input.value);
    rows = all.slice(0, MOST);
    fill(list, rows.map((node, k) => h('li', { role: 'option', on: { click: () => go(k) } }, h('b', null, node.name), h('span', null, node.summary), h('span', { class: 'shape' }, times(node.shape)))));
    count.textContent = all.length === 0 ? 'No layer is called so, nor does so.' : all.length > MOST ? `${all.length} layers; the first ${MOST} are listed.` : '';
    choose(0);
  }

  /** @param {number} k */
  function go(k) {
    const node = rows[k];
    dialog.close();
    if (node) document.getElementById('scene')?.dispatchEvent(new CustomEvent('go', { detail: node.name }));
  }

  input.addEventListener('input', write);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') go(chosen);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') choose(chosen + (event.key === 'ArrowDown' ? 1 : -1));
    else return;
    event.preventDefault();
  });
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());

  return {
    dialog,
    /** @param {Context} context */
    open({ scene }) {
      nodes = scene()?.network.nodes ?? [];
      if (nodes.length === 0 || dialog.open) return;
      input.value = '';
      write();
      dialog.showModal();
    },
  };
}
