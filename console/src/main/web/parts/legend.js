// What the colours of threads mean.
import { h } from '../dom.js';

/** @param entries pairs of a colour's class and its words */
export function legend(entries) {
  return h('p', { class: 'legend quiet' }, entries.map(([kind, words]) =>
    h('span', { class: 'entry' }, h('span', { class: `swatch ${kind}` }), words)));
}
