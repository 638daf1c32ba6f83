// The nodes: how each fares, draining, and how many instances of a service there are to be.
import { h } from '../dom.js';
import { bytes, millis, moment, percent, several, span } from '../format.js';
import { HEAP_WARN, LOOP_DELAY_WARN_MS, judgeNode, local, standIns } from '../model/health.js';
import { badge, reasons, tag } from '../parts/badge.js';
import { choice, text } from '../parts/field.js';
import { meter } from '../parts/meter.js';
import { sparkline } from '../parts/sparkline.js';
import { to } from '../router.js';

const INSTANCES_MAX = 512;
const SETTLE_MS = 400;
const DECISIONS_SHOWN = 6;

export function nodes(app, place) {
  let chosen = place.rest[0];
  const scale = openScale(app, place.query.get('scale'));

  async function drain(node, back) {
    const only = app.picture.services.filter((service) =>
      local(service).length > 0 && local(service).every((one) => one.node === node.node));
    const sure = await app.confirm({
      title: back ? `Take ${node.node} back` : `Drain ${node.node}`,
      says: back
        ? [`${node.node} takes calls again.`]
        : [
          `${node.node} takes no new calls and finishes what it runs; calls go to the other nodes.`,
          ...(only.length > 0
            ? [`The only instances of ${only.map((one) => one.service).join(', ')} run there, so the `
                + 'node will refuse: scale them first.']
            : []),
          'It stays in the cluster, and can be taken back.',
        ],
      action: back ? `Take ${node.node} back` : `Drain ${node.node}`,
      danger: !back,
    });
    if (!sure) {
      return;
    }
    const what = back ? 'undrain' : 'drain';
    try {
      await app.api.post(`/v1/nodes/${encodeURIComponent(node.node)}/${what}`, {});
      app.said(back ? `${node.node} takes calls again.` : `${node.node} is drained.`);
    } catch (failure) {
      app.failed(`${back ? 'Taking back' : 'Draining'} ${node.node}`, failure);
    }
  }

  return {
    moved(next) {
      [chosen] = next.rest;
      return next.query.get('scale') === null;
    },
    leave: () => scale.leave(),
    render() {
      const { picture } = app;
      return [
        h('div', { class: 'cards', key: 'cards' },
          picture.nodes.map((node) => card(picture, node, node.node === chosen, drain))),
        scale.render(),
      ];
    },
  };
}

function card(picture, node, chosen, drain) {
  const judgement = judgeNode(node, picture.epoch);
  const lost = node.lostAt !== undefined;
  const was = picture.history.of(`node:${node.node}`);
  const here = picture.services
    .map((service) => [service.service,
      local(service).filter((one) => one.node === node.node).length])
    .filter(([, n]) => n > 0);
  const forOthers = picture.services.flatMap((service) =>
    standIns(service).filter((one) => one.node === node.node)
      .map((one) => [service.service, one.site]));
  return h('section',
    { class: `sheet card ${lost ? 'lost' : ''} ${chosen ? 'chosen' : ''}`, key: node.node },
    h('header', null,
      h('h2', null, node.node),
      badge(judgement.state, lost ? `gone for ${span(Date.now() - node.lostAt)}` : undefined),
      h('span', { class: 'quiet' }, `${node.site} · zone ${node.zone}`)),
    !lost && reasons(judgement),
    h('dl', { class: 'facts' },
      fact('Heap', meter(node.heapUsedBytes / node.heapMaxBytes,
        `${bytes(node.heapUsedBytes)} of ${bytes(node.heapMaxBytes)}`, `heap of ${node.node}`,
        HEAP_WARN)),
      fact('Resident', bytes(node.residentBytes)),
      fact('CPU', percent(node.cpu)),
      fact('Event loop', [
        h('span', { class: node.loopDelayMaxMillis > LOOP_DELAY_WARN_MS ? 'num warn' : 'num' },
          `${millis(node.loopDelayMillis)}, longest ${millis(node.loopDelayMaxMillis)}`),
        sparkline(was, 'loopDelayMillis', { high: LOOP_DELAY_WARN_MS, label: `event-loop delay of ${node.node}` }),
      ]),
      fact('Up', span(node.uptimeMillis)),
      fact('Epoch', node.epoch),
      fact('HTTP', node.http ? h('code', null, node.http) : '–')),
    h('p', { class: 'tags' }, here.map(([name, n]) =>
      h('a', { key: name, href: to('services', [name]) }, tag(n > 1 ? `${name} ×${n}` : name))),
    forOthers.map(([name, site]) =>
      h('a', { key: `${name} for ${site}`, href: to('services', [name]) },
        tag(`${name} for ${site}`, '', `what it is asked is done at ${site}`)))),
    !lost && h('div', { class: 'buttons' },
      node.draining
        ? h('button', { onclick: () => drain(node, true) }, 'Take it back')
        : h('button', { onclick: () => drain(node, false) }, 'Drain')));
}

function fact(name, value) {
  return h('div', { key: name }, h('dt', null, name), h('dd', null, value));
}

/** How many instances there are to be: what that would do is asked before it is done. */
function openScale(app, service) {
  const wanted = { service: service ?? '', instances: '', zone: '' };
  let plan = null;
  let desired = null;
  let busy = false;
  let settling;
  let turn = 0;

  function set(name, value) {
    wanted[name] = value;
    plan = null;
    turn++;
    clearTimeout(settling);
    if (valid()) {
      settling = setTimeout(rehearse, SETTLE_MS);
    }
    app.redraw();
  }

  function valid() {
    return wanted.service !== '' && /^\d{1,3}$/.test(wanted.instances)
      && Number(wanted.instances) <= INSTANCES_MAX;
  }

  function request() {
    return {
      services: { [wanted.service]: Number(wanted.instances) },
      ...(wanted.zone && { zone: wanted.zone }),
    };
  }

  async function rehearse() {
    const mine = turn;
    let verdict;
    try {
      verdict = { answer: await app.api.post('/v1/scale', { ...request(), dryRun: true }) };
    } catch (failure) {
      verdict = { failure };
    }
    if (mine === turn) {
      plan = verdict;
      app.redraw();
    }
  }

  async function apply(event) {
    event.preventDefault();
    const n = Number(wanted.instances);
    const sure = await app.confirm({
      title: `Scale ${wanted.service}`,
      says: [
        `${wanted.service} has ${several(count(), 'instance')} now and is to have ${n}`
          + `${wanted.zone ? ` in zone ${wanted.zone}` : ''}.`,
        ...placements(plan.answer),
        ...(n === 0 ? ['With no instance nobody serves it, and calls to it fail.'] : []),
        'The number is kept up when a node dies, and over restarts.',
      ],
      action: `Scale to ${n}`,
      danger: n < count(),
    });
    if (!sure) {
      return;
    }
    busy = true;
    app.redraw();
    try {
      // Made for what was wanted when this was planned: who comes second is told.
      const headers = desired?.epoch === undefined ? {} : { 'If-Match': `"${desired.epoch}"` };
      const done = await app.api.post('/v1/scale', request(), { headers });
      const met = done.errors === undefined ? '' : `, ${several(errors(done), 'error')} meanwhile`;
      app.said(`${wanted.service} has ${several(n, 'instance')}, after ${done.tookMillis ?? 0} ms`
        + `${met}.`);
    } catch (failure) {
      app.failed(`Scaling ${wanted.service}`, failure);
    }
    busy = false;
    plan = null;
    load();
  }

  function count() {
    return app.picture.service(wanted.service)?.instances ?? 0;
  }

  async function load() {
    try {
      desired = await app.api.get('/v1/scale');
    } catch {
      desired = null; // A node of an older version knows no desired counts; the rest still works.
    }
    app.redraw();
  }

  load();
  if (service) {
    requestAnimationFrame(() => document.getElementById('scale')?.scrollIntoView());
  }
  return {
    leave: () => clearTimeout(settling),
    render: () => h('section', { class: 'sheet', key: 'scale', id: 'scale' },
      h('h2', null, 'Instances'),
      h('form', { class: 'filters', onsubmit: apply },
        choice('Service', wanted.service,
          [['', 'choose'], ...app.picture.services.map((one) => one.service)],
          (value) => set('service', value)),
        text('Instances', wanted.instances, (value) => set('instances', value.trim()),
          { inputmode: 'numeric', placeholder: String(count()) }),
        choice('Zone', wanted.zone,
          [['', 'all'], ...new Set(app.picture.nodes.map((node) => node.zone))],
          (value) => set('zone', value)),
        h('button', { class: 'main', disabled: busy || !plan?.answer },
          busy ? 'Scaling' : 'Scale')),
      wanted.instances !== '' && !valid() && h('p', { class: 'problem' },
        wanted.service === ''
          ? 'Choose a service.'
          : `instances: "${wanted.instances}" (expected: 0 to ${INSTANCES_MAX})`),
      plan?.failure && h('p', { class: 'problem', role: 'alert' }, plan.failure.message),
      plan?.answer && h('ul', { class: 'says' },
        placements(plan.answer).map((line) => h('li', { key: line }, line))),
      desired && standingOf(desired)),
  };
}

function errors(done) {
  return Array.isArray(done.errors) ? done.errors.length : Number(done.errors);
}

/** What a scale does on which node, a sentence each. */
function placements(answer) {
  const steps = (answer.services ?? []).flatMap((one) =>
    (one.steps ?? []).map((step) => ({ service: one.service, ...step })));
  return steps.length === 0
    ? ['Nothing changes on any node.']
    : steps.map((step) => `${step.node}: ${step.service} from ${step.from} to ${step.to}.`);
}

/** What is wanted beside what there is, and what was wanted lately and why. */
function standingOf({ services = [], decisions = [] }) {
  return h('div', { key: 'desired', class: 'stack' },
    h('ul', { class: 'lines' }, services.map((row) =>
      h('li', { key: row.service },
        h('strong', null, row.service),
        h('span', null, several(row.actual, 'instance')),
        h('span', { class: 'quiet' }, row.desired === undefined
          ? 'as the nodes were started' : `wanted: ${row.desired}`),
        row.missing > 0 && tag(`${row.missing} missing`, 'fail'),
        row.autoscale && tag(`autoscaled, ${row.autoscale.floor} to ${row.autoscale.ceiling}`)))),
    decisions.length > 0 && h('h3', null, 'Wanted lately'),
    h('ol', { class: 'lines' }, decisions.slice(0, DECISIONS_SHOWN).map((one) =>
      h('li', { key: one.epoch },
        h('time', { datetime: one.at }, moment(one.at)),
        h('span', null, one.why),
        h('span', { class: 'quiet' }, one.by)))));
}
