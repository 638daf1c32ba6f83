// Short news at the edge of the page, read out by those who hear it. Failures stay until they are
// dismissed; the rest goes by itself.
import { h, patch } from '../dom.js';

const SHOWN_MS = 6_000;
const SHOWN_MAX = 4;

let next = 1;
let news = [];

function redraw() {
  patch(document.getElementById('toasts'), news.map((one) =>
    h('div', { key: one.id, class: `toast ${one.failed ? 'failed' : ''}` },
      h('p', null, one.text),
      h('button', { 'aria-label': 'Dismiss', onclick: () => dismiss(one.id) }, '×'))));
}

function dismiss(id) {
  news = news.filter((one) => one.id !== id);
  redraw();
}

function show(text, failed) {
  const id = next++;
  news = [...news, { id, text, failed }].slice(-SHOWN_MAX);
  redraw();
  if (!failed) {
    setTimeout(() => dismiss(id), SHOWN_MS);
  }
}

/** Says that something was done. */
export function said(text) {
  show(text, false);
}

/** Says why something was not done. */
export function failed(what, failure) {
  const faults = failure.faults?.length > 1 ? ` ${failure.faults.join('; ')}` : '';
  show(`${what}: ${failure.message}${faults}`, true);
}
