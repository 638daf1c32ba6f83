// What the mesh decided by itself, and what people changed: who, when, and how it ended.
import { h } from '../dom.js';
import { moment } from '../format.js';
import { badge } from '../parts/badge.js';
import { decisions } from '../parts/decisions.js';
import { table } from '../parts/table.js';

const LIMIT = 100;
const AGAIN_MS = 5_000;
/** What was only rehearsed changed nothing. */
const DRY_RUN = /dry-?run/i;

export function journal(app) {
  let entries = null;
  let failure = null;

  async function load() {
    try {
      const all = (await app.api.get(`/v1/audit?limit=${LIMIT}`)).entries ?? [];
      entries = all.filter((entry) => !DRY_RUN.test(entry.detail ?? ''));
      failure = null;
    } catch (e) {
      failure = e;
    }
    app.redraw();
  }

  load();
  const timer = setInterval(load, AGAIN_MS);
  return {
    leave: () => clearInterval(timer),
    render: () => h('div', { class: 'columns' },
      h('section', { class: 'sheet span', key: 'audit' },
        h('h2', null, 'Changed by people'),
        failure && h('p', { class: 'problem', key: 'failure' }, failure.message),
        audit(entries ?? [], entries !== null)),
      h('section', { class: 'sheet span', key: 'decisions' },
        h('h2', null, 'Decided by the mesh'), decisions(app.picture.decisions))),
  };
}

function audit(rows, known) {
  return table({
    caption: 'Audit log, the latest first',
    keyOf: (entry) => `${entry.at} ${entry.who} ${entry.action} ${entry.subject}`,
    rows,
    empty: known ? 'Nobody changed anything yet.' : 'Asking all nodes.',
    columns: [
      { head: 'When', row: true, cell: (e) => moment(e.at) },
      { head: 'Who', cell: (e) => e.who },
      { head: 'Did', cell: (e) => [h('strong', null, e.action), ' ', e.subject] },
      { head: 'With', wide: true, grow: true, cell: (e) => e.detail },
      { head: 'At node', wide: true, cell: (e) => e.node },
      { head: 'Outcome', cell: (e) => badge(e.outcome === 'done' ? 'PASS' : 'WARN', e.outcome) },
    ],
  });
}
