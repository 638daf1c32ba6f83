// Checks of the doctor: each with its code, what it found, and the fix beside the fault.
import { h } from '../dom.js';
import { grouped } from '../model/groups.js';
import { badge } from './badge.js';

/** Checks that pass, a line for each code, however many nodes it was done on. */
export function passed(list) {
  return h('ul', { class: 'checks passed' }, [...grouped(list, (check) => check.code)]
    .map(([code, same]) =>
      h('li', { key: code, class: 'pass' },
        badge('PASS', 'PASS'),
        h('div', null,
          h('p', null, h('code', null, code), ' ', h('strong', null, same[0].name)),
          [...grouped(same, (check) => check.detail ?? '')].map(([detail, of]) =>
            h('p', { key: detail, class: 'quiet' }, told(of.map((check) => check.subject), detail)))))));
}

function told(subjects, detail) {
  const known = subjects.filter(Boolean).join(', ');
  return known && detail ? `${known}: ${detail}` : known || detail;
}

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
