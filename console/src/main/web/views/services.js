// All services, or one: its golden signals, operations, instances, who calls it, and what its
// callers felt beside what its instances were asked.
import { h } from '../dom.js';
import { count, micros, percent, rate, several } from '../format.js';
import { byService } from '../model/calledges.js';
import { grouped } from '../model/groups.js';
import { judgeService, judgeSuccess, local } from '../model/health.js';
import { faultsOf, routesOf } from '../model/policytext.js';
import { badge, reasons, tag } from '../parts/badge.js';
import { meter } from '../parts/meter.js';
import { sparkline } from '../parts/sparkline.js';
import { order, table } from '../parts/table.js';
import { to } from '../router.js';

const BREAKERS = { CLOSED: 'PASS', HALF_OPEN: 'WARN', OPEN: 'FAIL' };

export function services(app, place) {
  let name = place.rest[0];
  const orders = { all: order(2, true), operations: order(1, true), instances: order(0) };
  return {
    title: () => (name ? `Service ${name}` : 'Services'),
    moved(next) {
      [name] = next.rest;
      return true;
    },
    render() {
      const { picture } = app;
      if (!picture.stat) {
        return h('p', { class: 'quiet' }, 'The first picture is on its way.');
      }
      if (!name) {
        return all(picture, orders.all, app.redraw);
      }
      const service = picture.service(name);
      return service ? one(app, service, orders) : unknown(picture, name);
    },
  };
}

function unknown(picture, name) {
  return h('section', { class: 'sheet', key: 'unknown' },
    h('p', null, `No service is called "${name}" (expected: one of `
      + `${picture.services.map((service) => service.service).join(', ')}).`),
    h('p', null, h('a', { href: to('services') }, 'All services')));
}

function all(picture, by, redraw) {
  return h('section', { class: 'sheet', key: 'all' }, table({
    caption: 'Services',
    by,
    redraw,
    keyOf: (service) => service.service,
    rows: picture.services,
    empty: 'No service is known.',
    columns: [
      { head: 'Service', row: true, sort: (s) => s.service,
        cell: (s) => h('a', { href: to('services', [s.service]) }, s.service) },
      { head: 'State', sort: (s) => judgeService(s).state,
        cell: (s) => badge(judgeService(s).state) },
      { head: 'Rate', num: true, cell: (s) => rate(s.perSecond), sort: (s) => s.perSecond },
      { head: 'Success', num: true, cell: (s) => percent(s.perSecond > 0 ? s.success : null),
        sort: (s) => s.success },
      { head: 'p50', num: true, wide: true, cell: (s) => micros(s.p50Micros),
        sort: (s) => s.p50Micros },
      { head: 'p95', num: true, wide: true, cell: (s) => micros(s.p95Micros),
        sort: (s) => s.p95Micros },
      { head: 'p99', num: true, cell: (s) => micros(s.p99Micros), sort: (s) => s.p99Micros },
      { head: 'Instances', num: true, wide: true, cell: (s) => count(s.instances),
        sort: (s) => s.instances },
    ],
  }));
}

function one(app, service, orders) {
  const { picture } = app;
  const judgement = judgeService(service);
  return [
    h('div', { class: 'bar', key: 'bar' },
      badge(judgement.state), several(service.instances, 'instance'), policyTags(picture, service.service),
      h('span', { class: 'spacer' }),
      way('Tap its calls', to('calls', [], { service: service.service })),
      way('Policies', to('policies', [], { service: service.service })),
      way('Scale', to('nodes', [], { scale: service.service }))),
    reasons(judgement),
    golden(picture, service),
    h('div', { class: 'columns', key: 'columns' },
      h('section', { class: 'sheet span', key: 'operations' },
        h('h2', null, 'Operations'), operations(service, orders.operations, app.redraw)),
      h('section', { class: 'sheet span', key: 'instances' },
        h('h2', null, 'Instances'), instances(service, orders.instances, app.redraw)),
      h('section', { class: 'sheet', key: 'callers' },
        h('h2', null, 'Who calls it'), callers(picture, service.service)),
      h('section', { class: 'sheet', key: 'versions' },
        h('h2', null, 'Versions'), versions(picture, service))),
  ];
}

function way(words, href) {
  return h('a', { class: 'button', href }, words);
}

function policyTags(picture, name) {
  const text = picture.policies?.text ?? '';
  try {
    return [
      faultsOf(text, ['services', name]).length > 0 && tag('faults injected', 'warn'),
      routesOf(text, name).length > 0 && tag('split'),
    ];
  } catch {
    return null; // The view of policies says what cannot be read.
  }
}

/** Rate, errors, duration and saturation; of the rate, what callers felt and what was asked. */
function golden(picture, service) {
  const was = picture.history.of(`service:${service.service}`);
  const actual = service.instanceStats.reduce((sum, one) => sum + one.perSecond, 0);
  const good = service.instanceStats.reduce((sum, one) => sum + one.perSecond * one.success, 0);
  const here = local(service);
  const inFlight = here.reduce((sum, one) => sum + one.inFlight, 0);
  const limit = here.reduce((sum, one) => sum + one.limit, 0);
  return h('div', { class: 'tiles', key: 'golden' },
    tile('Rate', rate(service.perSecond),
      sparkline(was, 'perSecond', { label: 'calls per second' }),
      `asked by callers; ${rate(actual)} attempts at its instances`),
    tile('Success', percent(service.perSecond > 0 ? service.success : null),
      sparkline(was, 'success', { low: 0.98, high: 1, label: 'success' }),
      `as callers felt it; ${percent(actual > 0 ? good / actual : null)} of attempts`),
    tile('Duration, p99', micros(service.perSecond > 0 ? service.p99Micros : null),
      sparkline(was, 'p99Micros', { label: '99th percentile' }),
      service.perSecond > 0
        ? `p50 ${micros(service.p50Micros)}, p95 ${micros(service.p95Micros)}` : 'nobody calls it'),
    tile('Saturation', percent(limit > 0 ? inFlight / limit : null),
      meter(inFlight / limit, `${count(inFlight)} of ${count(limit)}`, 'calls in flight'),
      'running, of as many as its instances take on at a time'));
}

function tile(name, value, drawn, below) {
  return h('section', { class: 'tile', key: name },
    h('h2', null, name), h('p', { class: 'big' }, value), drawn, h('p', { class: 'quiet' }, below));
}

function operations(service, by, redraw) {
  return table({
    caption: `Operations of ${service.service}`,
    by,
    redraw,
    keyOf: (operation) => operation.operation,
    rows: service.operations,
    empty: 'None was called lately.',
    columns: [
      { head: 'Operation', row: true, sort: (o) => o.operation,
        cell: (o) => h('a', { href: to('calls', [], { operation: o.operation }) }, o.operation) },
      { head: 'Rate', num: true, cell: (o) => rate(o.perSecond), sort: (o) => o.perSecond },
      { head: 'Success', num: true, cell: (o) => percent(o.perSecond > 0 ? o.success : null),
        sort: (o) => o.success },
      { head: 'p50', num: true, wide: true, cell: (o) => micros(o.p50Micros),
        sort: (o) => o.p50Micros },
      { head: 'p95', num: true, wide: true, cell: (o) => micros(o.p95Micros),
        sort: (o) => o.p95Micros },
      { head: 'p99', num: true, cell: (o) => micros(o.p99Micros), sort: (o) => o.p99Micros },
      { head: 'In flight', num: true, wide: true, cell: (o) => count(o.inFlight),
        sort: (o) => o.inFlight },
      { head: 'Failures', cell: failures },
    ],
  });
}

function failures(operation) {
  const met = Object.entries(operation.outcomes ?? {}).filter(([outcome]) => outcome !== 'ok');
  return met.length === 0
    ? h('span', { class: 'quiet' }, 'none')
    : met.map(([outcome, n]) => tag(`${outcome} ${count(n)}`, 'fail'));
}

function instances(service, by, redraw) {
  return table({
    caption: `Instances of ${service.service}`,
    by,
    redraw,
    keyOf: (one) => `${one.node} ${one.instance}`,
    rows: service.instanceStats,
    empty: 'No instance serves it: scale it up.',
    rowClass: (one) => BREAKERS[one.breaker]?.toLowerCase(),
    columns: [
      { head: 'Node', row: true, sort: (i) => i.node,
        cell: (i) => [h('a', { href: to('nodes', [i.node]) }, i.node),
          i.site && [' ', tag(`for ${i.site}`, '', `what it is asked is done at ${i.site}`)]] },
      { head: 'Instance', wide: true, cell: (i) => h('code', null, i.instance),
        sort: (i) => i.instance },
      { head: 'Version', cell: (i) => i.version, sort: (i) => i.version },
      { head: 'State', wide: true, cell: (i) => i.state?.toLowerCase(), sort: (i) => i.state },
      { head: 'Breaker', sort: (i) => i.breaker,
        cell: (i) => badge(BREAKERS[i.breaker] ?? 'NONE',
          i.breaker?.toLowerCase().replace('_', ' ')) },
      { head: 'Rate', num: true, cell: (i) => rate(i.perSecond), sort: (i) => i.perSecond },
      { head: 'Success', num: true, cell: (i) => percent(i.perSecond > 0 ? i.success : null),
        sort: (i) => i.success },
      { head: 'p99', num: true, wide: true, cell: (i) => micros(i.p99Micros),
        sort: (i) => i.p99Micros },
      { head: 'In flight', num: true, sort: (i) => i.inFlight / i.limit,
        cell: (i) => meter(i.inFlight / i.limit, `${count(i.inFlight)}/${count(i.limit)}`,
          `in flight at ${i.node}`) },
      { head: 'Queued', num: true, wide: true, cell: (i) => count(i.queued),
        sort: (i) => i.queued },
    ],
  });
}

function callers(picture, name) {
  const edges = byService(picture.edges);
  const line = (edge, other) => h('li', { key: `${edge.from} ${edge.to}` },
    picture.service(other)
      ? h('a', { href: to('services', [other]) }, other)
      : h('span', null, other),
    h('span', { class: 'num' }, rate(edge.perSecond)),
    badge(judgeSuccess(edge.success), percent(edge.perSecond > 0 ? edge.success : null)),
    h('span', { class: 'num' }, `p99 ${micros(edge.p99Micros)}`),
    edge.secured && tag('encrypted'));
  const toIt = edges.filter((edge) => edge.to === name);
  const fromIt = edges.filter((edge) => edge.from === name);
  return [
    h('ul', { class: 'lines', key: 'to' }, toIt.map((edge) => line(edge, edge.from)),
      toIt.length === 0 && h('li', { class: 'quiet', key: 'none' }, 'Nobody at the moment.')),
    h('h3', { key: 'head' }, 'Whom it calls'),
    h('ul', { class: 'lines', key: 'from' }, fromIt.map((edge) => line(edge, edge.to)),
      fromIt.length === 0 && h('li', { class: 'quiet', key: 'none' }, 'Nobody at the moment.')),
  ];
}

/** What each version gets of the traffic, beside what the policies say it should. */
export function shares(service) {
  const here = local(service);
  const sum = here.reduce((total, one) => total + one.perSecond, 0);
  return [...grouped(here, (one) => one.version)].map(([version, same]) => {
    const perSecond = same.reduce((total, one) => total + one.perSecond, 0);
    return { version, instances: same.length, perSecond, share: sum > 0 ? perSecond / sum : 0 };
  });
}

function versions(picture, service) {
  let wanted = {};
  try {
    const routes = routesOf(picture.policies?.text ?? '', service.service);
    wanted = routes.find((route) => !route.match)?.split ?? {};
  } catch {
    // The view of policies says what cannot be read.
  }
  return h('ul', { class: 'lines' }, shares(service).map((one) =>
    h('li', { key: one.version },
      h('strong', null, one.version),
      h('span', { class: 'quiet' }, several(one.instances, 'instance')),
      meter(one.share, percent(one.share), `share of ${one.version}`, 1),
      wanted[one.version] !== undefined && tag(`policy: ${wanted[one.version]} %`))));
}
