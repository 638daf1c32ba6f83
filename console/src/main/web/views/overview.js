// Whether all is well, at a glance: the signals of the site, its services, its nodes, what fails.
import { h } from '../dom.js';
import { count, micros, percent, rate, several, span } from '../format.js';
import { asks } from '../model/calledges.js';
import { grouped } from '../model/groups.js';
import { judgeNode, judgeService, spoken, worst } from '../model/health.js';
import { overall } from '../model/picture.js';
import { badge, reasons } from '../parts/badge.js';
import { checks } from '../parts/checks.js';
import { cloth } from '../parts/cloth.js';
import { decisions } from '../parts/decisions.js';
import { legend } from '../parts/legend.js';
import { sparkline } from '../parts/sparkline.js';
import { to } from '../router.js';

const DECISIONS_SHOWN = 8;

export function overview(app) {
  return { render: () => (app.picture.stat ? all(app.picture) : waiting()) };
}

function waiting() {
  return h('p', { class: 'quiet' }, 'The first picture is on its way.');
}

function all(picture) {
  return [
    signals(picture),
    h('section', { class: 'sheet woven', key: 'cloth' },
      h('h2', null, 'The last minute and a half'),
      cloth(picture.services.map((service) => [
        service.service,
        picture.history.of(`service:${service.service}`),
      ])),
      legend([
        ['pass', 'answered'],
        ['warn', 'below 99.9 %'],
        ['fail', 'below 95 %'],
        ['idle', 'no calls'],
      ])),
    h('div', { class: 'columns', key: 'columns' },
      h('section', { class: 'sheet', key: 'services' },
        h('h2', null, 'Services'), services(picture)),
      h('div', { class: 'pile', key: 'pile' },
        h('section', { class: 'sheet' }, h('h2', null, 'Sites'), sites(picture)),
        h('section', { class: 'sheet' }, h('h2', null, 'Checks'), failing(picture))),
      h('section', { class: 'sheet span', key: 'decisions' },
        h('h2', null, 'Lately decided'),
        decisions(picture.decisions.slice(0, DECISIONS_SHOWN)),
        h('p', null, h('a', { href: to('journal') }, 'All that was decided and changed')))),
  ];
}

function signals(picture) {
  const now = overall(picture.services);
  const was = picture.history.of('all');
  const nodes = picture.nodes;
  const well = nodes.filter((node) => judgeNode(node, picture.epoch).state === 'PASS').length;
  return h('div', { class: 'tiles', key: 'signals' },
    tile('Calls', rate(now.perSecond), sparkline(was, 'perSecond', { label: 'calls per second' })),
    tile('Success', percent(now.success),
      sparkline(was, 'success', { low: 0.98, high: 1, label: 'share of calls that succeed' })),
    tile('Slowest service, p99', micros(now.p99Micros),
      sparkline(was, 'p99Micros', { label: 'slowest 99th percentile' })),
    tile('Nodes well', `${count(well)} of ${count(nodes.length)}`,
      h('p', { class: 'pips', 'aria-hidden': 'true' },
        nodes.map((node) => {
          const { state } = judgeNode(node, picture.epoch);
          return h('span', { key: node.node, class: state.toLowerCase() });
        }))));
}

function tile(name, value, below) {
  return h('section', { class: 'tile', key: name },
    h('h2', null, name), h('p', { class: 'big' }, value), below);
}

function services(picture) {
  return h('ul', { class: 'rows' }, picture.services.map((service) => {
    const judgement = judgeService(service);
    const was = picture.history.of(`service:${service.service}`);
    return h('li', { key: service.service },
      h('a',
        {
          class: 'name',
          href: to('services', [service.service]),
          'aria-label': spoken(service),
        },
        service.service),
      badge(judgement.state),
      h('span', { class: 'quiet' }, several(service.instances, 'instance')),
      spark('rate', asked(picture, service), was, 'perSecond', {}),
      spark('success', percent(service.perSecond > 0 ? service.success : null), was, 'success',
        { low: 0.98, high: 1 }),
      spark('p99', `p99 ${micros(service.perSecond > 0 ? service.p99Micros : null)}`, was,
        'p99Micros', {}),
      reasons(judgement));
  }));
}

/** What a service is asked; one that only asks others, as a gateway does, by what it asks. */
function asked(picture, service) {
  const others = service.perSecond > 0 ? null : asks(picture.edges, service.service);
  return others ? `asks ${rate(others.perSecond)}` : rate(service.perSecond);
}

function spark(name, value, was, field, scale) {
  return h('span', { class: 'sparked', key: name },
    h('span', { class: 'num' }, value),
    sparkline(was, field, { ...scale, label: `${name}, the last three minutes` }));
}

function sites(picture) {
  return [...grouped(picture.nodes, (node) => node.site)].map(([site, nodes]) => {
    const judged = nodes.map((node) => [node, judgeNode(node, picture.epoch)]);
    return h('div', { class: 'site', key: site },
      h('h3', null, site, ' ', badge(worst(judged.map(([, judgement]) => judgement.state)))),
      h('ul', { class: 'chips' }, judged.map(([node, judgement]) =>
        h('li', { key: node.node, class: judgement.state.toLowerCase() },
          h('a', { href: to('nodes', [node.node]) }, node.node),
          h('span', { class: 'quiet' }, ` ${node.zone}`),
          node.lostAt !== undefined && ` gone for ${span(Date.now() - node.lostAt)}`,
          node.lostAt === undefined && reasons(judgement)))));
  });
}

function failing(picture) {
  if (picture.doctor === null) {
    return h('p', { class: 'quiet' },
      picture.doctorFailure ? `Not known: ${picture.doctorFailure.message}` : 'Asking the doctor.');
  }
  const wrong = picture.doctor.checks.filter((check) => check.status !== 'PASS');
  const asked = several(picture.doctor.checks.length, 'check');
  return [
    wrong.length === 0
      ? h('p', { key: 'well' }, badge('PASS', `All of ${asked} pass.`))
      : checks(wrong),
    h('p', { key: 'more' }, h('a', { href: to('doctor') }, 'All checks')),
  ];
}
