// What the mesh decided, and why: one line each.
import { h } from '../dom.js';
import { clock } from '../format.js';
import { tag } from './badge.js';

const KINDS = {
  ejection: 'fail',
  shed: 'warn',
  alert: 'fail',
  'node-left': 'fail',
  drain: 'warn',
  return: 'pass',
  'node-joined': 'pass',
};

export function decisions(list) {
  return h('ol', { class: 'decisions' },
    list.length === 0 && h('li', { key: 'none', class: 'quiet' }, 'Nothing was decided lately.'),
    list.map((one) =>
      h('li', { key: `${one.at} ${one.node} ${one.kind} ${one.subject}` },
        h('time', { datetime: one.at }, clock(one.at).slice(0, 8)),
        tag(one.kind, KINDS[one.kind] ?? ''),
        h('span', { class: 'what' }, h('strong', null, one.subject), ' ', one.why),
        h('span', { class: 'quiet by' }, one.node))));
}
