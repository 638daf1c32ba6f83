// A difference of two texts, as it would be applied.
import { h } from '../dom.js';
import { diff, hunks } from '../model/linediff.js';

const SIGNS = { '+': 'added', '-': 'removed', ' ': 'same', '…': 'left out' };

export function difference(before, after) {
  const lines = hunks(diff(before, after));
  if (lines.length === 0) {
    return h('p', { class: 'quiet' }, 'Nothing differs.');
  }
  const region = { role: 'region', 'aria-label': 'What differs', tabindex: 0 };
  return h('div', { class: 'diff scroll', ...region },
    h('ol', null, lines.map((line) =>
      h('li', { class: SIGNS[line.sign].replace(' ', '-') },
        h('span', { class: 'line' }, line.line ?? ''),
        h('span', { class: 'sign', 'aria-label': SIGNS[line.sign] }, line.sign),
        h('code', null, line.text || ' ')))));
}
