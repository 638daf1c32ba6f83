// Traces that the nodes keep: the recent and the slow ones; one of them as a waterfall.
import { h } from '../dom.js';
import { clock, count, micros, several } from '../format.js';
import { grouped } from '../model/groups.js';
import { badge, tag } from '../parts/badge.js';
import { text } from '../parts/field.js';
import { legend } from '../parts/legend.js';
import { order, table } from '../parts/table.js';
import { to } from '../router.js';

const SETTLE_MS = 350;
const LIMIT = 50;
/** Who asks comes before who answers. */
const KINDS = ['CLIENT', 'SERVER', 'INTERNAL'];

export function traces(app, place) {
  const wanted = {
    operation: place.query.get('operation') ?? '',
    slowerThanMillis: place.query.get('slowerThanMillis') ?? '',
    failed: place.query.get('failed') ?? '',
  };
  const by = order(0, true);
  let id = place.rest[0];
  let found = null;
  let trace = null;
  let failure = null;
  let opened = new Set();
  let settling;

  async function load() {
    const asked = id;
    failure = null;
    try {
      if (asked) {
        trace = null;
        const got = await app.api.get(`/v1/traces/${encodeURIComponent(asked)}`);
        trace = asked === id ? got : trace;
      } else {
        const query = new URLSearchParams({ limit: LIMIT });
        Object.entries(wanted).forEach(([name, value]) => value && query.set(name, value));
        found = (await app.api.get(`/v1/traces?${query}`)).traces;
      }
    } catch (e) {
      failure = e;
    }
    app.redraw();
  }

  function changed(name, value) {
    wanted[name] = value;
    clearTimeout(settling);
    settling = setTimeout(() => {
      history.replaceState(null, '', to('traces', [], wanted));
      load();
    }, SETTLE_MS);
    app.redraw();
  }

  const flip = (span) => {
    if (!opened.delete(span)) {
      opened.add(span);
    }
    app.redraw();
  };

  load();
  return {
    title: () => (id ? `Trace ${id.slice(0, 8)}` : 'Traces'),
    moved(next) {
      [id] = next.rest;
      opened = new Set();
      load();
      return true;
    },
    leave: () => clearTimeout(settling),
    render: () => [
      failure && h('p', { class: 'problem', key: 'failure', role: 'alert' }, failure.message),
      id ? one(trace, failure, opened, flip) : [
        filters(wanted, changed, load),
        h('section', { class: 'sheet', key: 'list' }, list(found ?? [], by, app.redraw, found)),
      ],
    ],
  };
}

function filters(wanted, changed, load) {
  return h('form',
    {
      class: 'filters',
      key: 'filters',
      onsubmit: (event) => {
        event.preventDefault();
        load();
      },
    },
    text('Operation', wanted.operation, (value) => changed('operation', value)),
    text('Slower than, ms', wanted.slowerThanMillis, (value) => changed('slowerThanMillis', value),
      { inputmode: 'numeric' }),
    h('label', { class: 'check' },
      h('input', {
        type: 'checkbox',
        checked: wanted.failed === 'true',
        onchange: (event) => changed('failed', event.target.checked ? 'true' : ''),
      }),
      'Failed only'),
    h('button', null, 'Look again'));
}

function list(rows, by, redraw, found) {
  return table({
    caption: 'Traces, the latest first',
    by,
    redraw,
    keyOf: (trace) => trace.trace,
    rows,
    empty: found ? 'No trace that fits is kept.' : 'Asking the nodes.',
    columns: [
      { head: 'At', row: true, cell: (t) => clock(t.at), sort: (t) => t.at },
      { head: 'Root', grow: true, sort: (t) => t.root,
        cell: (t) => h('a', { href: to('traces', [t.trace]) }, t.root) },
      { head: 'Took', num: true, cell: (t) => micros(t.micros), sort: (t) => t.micros },
      { head: 'Outcome', cell: (t) => badge(t.failed ? 'FAIL' : 'PASS', t.failed ? 'failed' : 'ok'),
        sort: (t) => Number(t.failed) },
      { head: 'Spans', num: true, wide: true, cell: (t) => count(t.spans), sort: (t) => t.spans },
      { head: 'Services', wide: true, cell: (t) => t.services.map((name) => tag(name)) },
    ],
  });
}

/**
 * Puts spans below those that they belong to, each with its depth; in the order of their begin.
 *
 * An attempt and the run that it leads to may share an id: then the run lies below the attempt.
 */
export function nest(spans) {
  const sorted = [...spans].sort((a, b) =>
    a.offsetMicros - b.offsetMicros || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
  const same = grouped(sorted, (span) => span.span);
  const children = grouped([...same.keys()], (id) => {
    const { parent } = same.get(id)[0];
    return parent !== id && same.has(parent) ? parent : null;
  });
  const nested = [];
  const seen = new Set();
  const walk = (parent, depth) => {
    for (const id of children.get(parent) ?? []) {
      if (seen.has(id)) {
        continue;
      }
      seen.add(id);
      same.get(id).forEach((span, at) => nested.push({ ...span, depth: depth + at }));
      walk(id, depth + same.get(id).length);
    }
  };
  walk(null, 0);
  return nested;
}

function one(trace, failure, opened, flip) {
  if (trace === null) {
    return h('p', { class: 'quiet', key: 'none' },
      failure ? h('a', { href: to('traces') }, 'All traces') : 'Asking all nodes for their part.');
  }
  const spans = nest(trace.spans);
  const begin = Math.min(...spans.map((span) => span.offsetMicros));
  const whole = Math.max(1, ...spans.map((span) => span.offsetMicros + span.micros - begin));
  return [
    h('div', { class: 'bar', key: 'bar' },
      h('a', { class: 'button', href: to('traces') }, 'All traces'),
      h('code', null, trace.trace),
      h('span', { class: 'quiet' }, `${several(spans.length, 'span')}, ${micros(whole)}`),
      h('span', { class: 'spacer' }),
      legend([['asks', 'waits for an answer'], ['pass', 'runs'], ['fail', 'failed']])),
    trace.missing?.length > 0 && h('p', { class: 'problem', key: 'missing' },
      `Parts may be missing: ${trace.missing.join(', ')} did not answer.`),
    h('section', { class: 'sheet', key: 'waterfall' },
      h('ol', { class: 'waterfall' },
        h('li', { class: 'axis', key: 'axis', 'aria-hidden': 'true' }, h('span', null, ''),
          h('span', { class: 'ticks' },
            [0, 0.25, 0.5, 0.75, 1].map((at) => h('span', null, micros(whole * at))))),
        spans.map((span) => bar(span, begin, whole, opened, flip)))),
  ];
}

function bar(span, begin, whole, opened, flip) {
  const id = `${span.span} ${span.kind}`;
  const open = opened.has(id);
  const failed = span.outcome !== 'ok' && span.outcome !== undefined && span.outcome !== null;
  const details = Object.entries({ kind: span.kind, outcome: span.outcome, at: clock(span.at),
    span: span.span, ...span.attributes });
  return h('li', { key: id, class: failed ? 'fail' : '' },
    h('button',
      {
        class: 'span',
        'aria-expanded': String(open),
        style: { '--depth': String(span.depth) },
        onclick: () => flip(id),
      },
      h('span', { class: 'what' }, span.name,
        h('span', { class: 'quiet' }, ` ${span.service ?? ''} on ${span.node}`)),
      h('span', { class: 'lane' },
        h('span', {
          class: `stretch ${span.kind.toLowerCase()}`,
          style: {
            left: `${(((span.offsetMicros - begin) / whole) * 100).toFixed(2)}%`,
            width: `${Math.max(0.4, (span.micros / whole) * 100).toFixed(2)}%`,
          },
        })),
      h('span', { class: 'num' },
        micros(span.micros), failed && [' ', badge('FAIL', span.outcome)])),
    open && h('dl', { class: 'details' }, details.map(([name, value]) =>
      h('div', { key: name }, h('dt', null, name), h('dd', null, String(value))))));
}
