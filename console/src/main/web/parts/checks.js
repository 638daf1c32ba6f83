// Checks of the doctor: each with its code, what it found, and the fix beside the fault.
import { h } from '../dom.js';
import { badge } from './badge.js';

export function checks(list) {
  return h('ul', { class: 'checks' }, list.map((check) =>
    h('li', { key: `${check.code} ${check.subject ?? ''}`, class: check.status.toLowerCase() },
      badge(check.status, check.status),
      h('div', null,
        h('p', null,
          h('code', null, check.code), ' ', h('strong', null, check.name),
          check.subject && [' · ', check.subject]),
        check.detail && h('p', null, check.detail),
        check.fix && check.status !== 'PASS' && h('p', { class: 'fix' }, 'Fix: ', check.fix)))));
}
