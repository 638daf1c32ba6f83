// Calls as they happen, by filter; the same line for a terminal stands beside it.
import { h } from '../dom.js';
import { follow } from '../events.js';
import { clock, count, micros } from '../format.js';
import { badge } from '../parts/badge.js';
import { choice, text } from '../parts/field.js';
import { table } from '../parts/table.js';
import { to } from '../router.js';

const SHOWN_MAX = 300;
const SETTLE_MS = 350;
/** However many calls come, they are drawn so often. */
const DRAWN_MS = 250;
const OUTCOMES = [
  ['', 'any'], 'ok', 'failed', 'NotSent', 'Rejected', 'Expired', 'Unknown', 'Application'];

/** The filters: their name in the API, their label, their flag of `weft tap`. */
const FILTERS = [
  ['service', 'Service', '--service'],
  ['operation', 'Operation', '--operation'],
  ['caller', 'Caller', '--caller'],
  ['node', 'Node', '--node'],
  ['outcome', 'Outcome', '--outcome'],
  ['slowerThanMillis', 'Slower than, ms', '--slower'],
];

export function calls(app, place) {
  const wanted = Object.fromEntries(
    FILTERS.map(([name]) => [name, place.query.get(name) ?? '']));
  let seen = [];
  let total = 0;
  let dropped = 0;
  let paused = false;
  let link = { open: false };
  let stop = () => {};
  let settling;
  let drawing;

  function query() {
    return new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== ''));
  }

  function listen() {
    stop();
    stop = () => {};
    if (!paused) {
      stop = follow(app.api, `/v1/tap?${query()}`, {
        told: take,
        stood: (next) => {
          link = next;
          app.redraw();
        },
      });
    }
  }

  function take(event, value) {
    if (event === 'call') {
      total++;
      seen = [{ ...value, number: total }, ...seen.slice(0, SHOWN_MAX - 1)];
    } else if (event === 'dropped') {
      dropped += value.count;
    }
    drawing ??= setTimeout(() => {
      drawing = undefined;
      app.redraw();
    }, DRAWN_MS);
  }

  // The address says what is shown, so that it can be sent to somebody; it is no step back.
  function changed(name, value) {
    wanted[name] = value;
    clearTimeout(settling);
    settling = setTimeout(() => {
      history.replaceState(null, '', to('calls', [], wanted));
      seen = [];
      dropped = 0;
      total = 0;
      listen();
      app.redraw();
    }, SETTLE_MS);
    app.redraw();
  }

  function pause() {
    paused = !paused;
    listen();
    app.redraw();
  }

  listen();
  return {
    leave() {
      clearTimeout(settling);
      clearTimeout(drawing);
      stop();
    },
    render: () => [
      h('form', { class: 'filters', key: 'filters', onsubmit: (event) => event.preventDefault() },
        FILTERS.map(([name, label]) => filter(app.picture, name, label, wanted[name], changed))),
      commandLine(wanted),
      h('div', { class: 'bar', key: 'bar' },
        h('button', { 'data-key': 'p', 'aria-pressed': String(paused), onclick: pause },
          paused ? 'Go on' : 'Pause'),
        h('button', { onclick: () => {
          seen = [];
          app.redraw();
        } }, 'Clear'),
        h('p', { class: 'quiet' }, standing(paused, link), ` ${count(total)} seen`,
          dropped > 0 && `, ${count(dropped)} more came too fast to show`)),
      h('section', { class: 'sheet', key: 'calls' }, list(seen)),
    ],
  };
}

function standing(paused, link) {
  if (paused) {
    return 'Paused.';
  }
  return link.open ? 'Listening.' : `Not connected${link.why ? `: ${link.why}` : ''}.`;
}

function filter(picture, name, label, value, changed) {
  const change = (next) => changed(name, next);
  if (name === 'outcome') {
    return choice(label, value, OUTCOMES, change);
  }
  if (name === 'slowerThanMillis') {
    return text(label, value, change, { inputmode: 'numeric', pattern: '[0-9]*' });
  }
  const known = {
    service: () => picture.services.map((one) => one.service),
    node: () => picture.nodes.map((one) => one.node),
    operation: () =>
      picture.services.flatMap((one) => one.operations.map((operation) => operation.operation)),
    caller: () => [...new Set(picture.edges.map((edge) => edge.from))],
  }[name]();
  return h('div', { class: 'suggested', key: name },
    text(label, value, change, { list: `known-${name}` }),
    h('datalist', { id: `known-${name}` }, known.map((one) => h('option', { value: one }))));
}

/** Quotes a word for a shell where it needs that. */
function quoted(word) {
  return /^[A-Za-z0-9_.:/@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export function tapLine(wanted) {
  const flags = FILTERS.filter(([name]) => wanted[name])
    .map(([name, , flag]) => ` ${flag} ${quoted(wanted[name])}`);
  return `scripts/weft tap${flags.join('')}`;
}

function commandLine(wanted) {
  const line = tapLine(wanted);
  return h('p', { class: 'command', key: 'command' },
    h('span', { class: 'quiet' }, 'in a terminal'), h('code', null, line),
    h('button', { class: 'plain', onclick: () => navigator.clipboard?.writeText(line) }, 'Copy'));
}

function list(seen) {
  return table({
    caption: 'Calls, the latest first',
    keyOf: (call) => call.number,
    rows: seen,
    empty: 'No call that fits has been made since you came.',
    columns: [
      { head: 'At', row: true, cell: (c) => clock(c.at) },
      { head: 'Caller', wide: true, cell: (c) => [c.caller, quiet(` ${c.node}`)] },
      { head: 'Operation', cell: (c) => c.operation },
      { head: 'Instance', wide: true,
        cell: (c) => [c.targetNode, quiet(` ${c.instance ?? ''}`)] },
      { head: 'Took', num: true, cell: (c) => micros(c.micros) },
      { head: 'Outcome', cell: (c) => badge(c.outcome === 'ok' ? 'PASS' : 'FAIL', c.outcome) },
      { head: 'Attempts', num: true, wide: true, cell: (c) => count(c.attempts) },
      { head: 'By', wide: true, cell: (c) => c.principal || quiet('nobody') },
      { head: 'Trace', cell: (c) => c.trace &&
        h('a', { href: to('traces', [c.trace]) }, h('code', null, c.trace.slice(0, 8))) },
    ],
  });
}

function quiet(words) {
  return h('span', { class: 'quiet' }, words);
}
