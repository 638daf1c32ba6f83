// Orders on their way: one with all that happened to it, and those that are parked.
import { h } from '../dom.js';
import { clock, count, moment, money, several } from '../format.js';
import { badge, tag } from '../parts/badge.js';
import { text } from '../parts/field.js';
import { table } from '../parts/table.js';
import { go, to } from '../router.js';

const AGAIN_MS = 5_000;
const ENDS = { CONFIRMED: 'PASS', CANCELLED: 'PASS', REJECTED: 'WARN' };

export function orders(app, place) {
  let id = place.rest[0];
  let typed = id ?? '';
  let parked = null;
  let parkedFailure = null;
  let saga = null;
  let failure = null;

  async function loadParked() {
    try {
      const got = await app.api.get('/v1/sagas?state=parked');
      parked = got.sagas ?? got.items ?? [];
      parkedFailure = null;
    } catch (e) {
      parkedFailure = e;
    }
    app.redraw();
  }

  async function loadOne() {
    const asked = id;
    if (!asked) {
      return;
    }
    let verdict;
    try {
      verdict = { saga: await app.api.get(`/v1/sagas/${encodeURIComponent(asked)}`) };
    } catch (e) {
      verdict = { failure: e };
    }
    if (asked === id) {
      saga = verdict.saga ?? null;
      failure = verdict.failure ?? null;
      app.redraw();
    }
  }

  async function retry(order) {
    const sure = await app.confirm({
      title: 'Let the order go on',
      says: [
        `Order ${order} is tried again from the step at which it stands.`,
        'Its steps happen once, however often they are tried: no credit is held twice.',
        'If what stopped it is still there, it will be parked again.',
      ],
      action: 'Let it go on',
      danger: false,
    });
    if (!sure) {
      return;
    }
    try {
      await app.api.post(`/v1/sagas/${encodeURIComponent(order)}/retry`, {});
      app.said('The order goes on.');
    } catch (e) {
      app.failed('Letting the order go on', e);
    }
    loadParked();
    loadOne();
  }

  function load() {
    loadParked();
    loadOne();
  }

  load();
  const timer = setInterval(load, AGAIN_MS);
  return {
    title: () => (id ? 'Order' : 'Orders'),
    moved(next) {
      [id] = next.rest;
      typed = id ?? '';
      saga = null;
      failure = null;
      loadOne();
      return true;
    },
    leave: () => clearInterval(timer),
    render: () => [
      h('form',
        {
          class: 'filters',
          key: 'find',
          onsubmit: (event) => {
            event.preventDefault();
            go('orders', typed.trim() ? [typed.trim()] : []);
          },
        },
        text('Order', typed, (value) => {
          typed = value;
          app.redraw();
        }, { placeholder: 'its id' }),
        h('button', { class: 'main' }, 'Show its way')),
      failure && h('p', { class: 'problem', key: 'failure', role: 'alert' }, failure.message),
      id && saga && timeline(saga, retry),
      h('section', { class: 'sheet', key: 'parked' },
        h('h2', null, 'Parked'),
        parkedFailure && h('p', { class: 'problem', key: 'failure' }, parkedFailure.message),
        list(parked ?? [], parked !== null, retry)),
    ],
  };
}

function list(rows, known, retry) {
  return table({
    caption: 'Orders that nobody tries any more until they are let go on',
    keyOf: (order) => order.id,
    rows,
    empty: known ? 'None: every order comes to its end by itself.' : 'Asking.',
    columns: [
      { head: 'Order', row: true, cell: (o) =>
        h('a', { href: to('orders', [o.id]) }, h('code', null, o.id)) },
      { head: 'Stands at', cell: (o) => o.status },
      { head: 'Because', grow: true, cell: (o) => o.reason },
      { head: 'Tried', num: true, wide: true, cell: (o) => count(o.failedAttempts) },
      { head: 'Since', wide: true, cell: (o) => moment(o.parkedAt) },
      { head: 'Then', cell: (o) => h('button', { onclick: () => retry(o.id) }, 'Let it go on') },
    ],
  });
}

function timeline(saga, retry) {
  const steps = saga.steps ?? [];
  return h('section', { class: 'sheet', key: 'timeline' },
    h('h2', null, h('code', null, saga.id)),
    h('p', { class: 'bar' },
      badge(saga.parked ? 'FAIL' : ENDS[saga.status] ?? 'NONE', saga.status),
      saga.total !== undefined && h('span', null, money(saga.total, saga.currency)),
      h('span', { class: 'quiet' }, `of user ${saga.userId}`)),
    saga.nextAttemptAt && h('p', { class: 'quiet' },
      `tried ${several(saga.attempts ?? 0, 'time')}, and again at ${moment(saga.nextAttemptAt)}`),
    saga.parked && h('div', { class: 'problem' },
      h('p', null, `Parked: ${saga.parked.reason}`),
      h('button', { class: 'main', onclick: () => retry(saga.id) }, 'Let it go on')),
    h('ol', { class: 'timeline' }, steps.map((step, at) =>
      h('li', { key: `${step.position ?? at}` },
        h('time', { datetime: step.at }, moment(step.at), h('span', { class: 'quiet' },
          clock(step.at).slice(8))),
        h('div', null,
          h('strong', null, step.topic), ' ', step.status && tag(step.status),
          step.reason && h('p', null, step.reason),
          at > 0 && h('p', { class: 'quiet' },
            `${count(between(steps[at - 1], step))} ms after the step before`))))));
}

function between(before, step) {
  return new Date(step.at) - new Date(before.at);
}
