// This site and those that it is linked to: whether each can be reached, what waits between them.
import { h } from '../dom.js';
import { bytes, count, micros, moment, several, span } from '../format.js';
import { judgeNode, worst } from '../model/health.js';
import { LINKS_STALE_MS, backlog, judgeJournal, judgeLink, linked, offset, policies, ranked, standing }
  from '../model/sitelinks.js';
import { badge, reasons, tag } from '../parts/badge.js';
import { text } from '../parts/field.js';
import { order, table } from '../parts/table.js';
import { to } from '../router.js';

const AGAIN_MS = 2_000;
/** Sites that are drawn; those that want no look come last, and stand in the table. */
const DRAWN_MAX = 12;
const ROLES = {
  HUB: 'hub: other sites link to it',
  EDGE: 'edge: it links to a hub',
  ALONE: 'alone: linked to no other site',
};

export function sites(app, place) {
  let chosen = place.rest[0];
  let wanted = '';
  const by = order(0);

  function load() {
    if (app.picture.hasSites !== false) {
      app.picture.refresh('sites');
    }
  }

  load();
  const timer = setInterval(load, AGAIN_MS);
  return {
    moved(next) {
      [chosen] = next.rest;
      return true;
    },
    leave: () => clearInterval(timer),
    render() {
      const { picture } = app;
      if (picture.hasSites === false) {
        return absent();
      }
      if (picture.sites === null) {
        return picture.sitesFailure
          ? problem(`How the links stand is not known: ${picture.sitesFailure.message}`)
          : h('p', { class: 'quiet', key: 'wait' }, 'Asking.');
      }
      const now = Date.now();
      const list = picture.sites;
      const links = ranked(list.sites, now);
      const found = links.filter((link) => link.site.includes(wanted.trim()));
      return [
        old(picture, now),
        h('div', { class: `linked ${aged(picture, now) ? 'aged' : ''}`, key: 'drawn' },
          own(picture, list, now),
          links.length === 0
            ? h('p', { class: 'quiet', key: 'none' }, none(list.role))
            : drawing(links, chosen, now)),
        links.length > 0 && h('section', { class: 'sheet', key: 'table' },
          h('h2', null, 'Links'),
          links.length > DRAWN_MAX && h('form',
            { class: 'filters', onsubmit: (event) => event.preventDefault() },
            text('Site', wanted, (value) => {
              wanted = value;
              app.redraw();
            }, { placeholder: 'part of its name' })),
          all(found, by, app.redraw, now)),
        h('p', { class: 'command', key: 'command' },
          h('span', { class: 'quiet' }, 'in a terminal: '),
          h('code', null, 'scripts/weft sites -o wide'),
          h('code', null, 'scripts/weft site --help')),
      ];
    },
  };
}

/** No service says anything of links: that is no fault. */
function absent() {
  return h('section', { class: 'sheet', key: 'absent' },
    h('h2', null, 'No links here'),
    h('p', null, 'No node of this site serves ', h('code', null, 'sites'),
      ', so it is linked to no other site. A node that is started with ',
      h('code', null, '--services'), ' has to name it.'));
}

function none(role) {
  return role === 'EDGE'
    ? 'It has not joined its hub yet: weft site invite there, weft site join here.'
    : 'No site links to this one. weft site invite NAME invites one.';
}

function problem(says) {
  return h('p', { class: 'problem', key: 'failure', role: 'alert' }, says);
}

function aged(picture, now) {
  return now - picture.sitesAt > LINKS_STALE_MS;
}

/** Says that what is shown is not what is; that the node is away is said by the frame already. */
function old(picture, now) {
  if (picture.sitesFailure && !picture.stale) {
    return problem(`The links could not be asked for: ${picture.sitesFailure.message}. `
      + `What you see of them is ${span(now - picture.sitesAt)} old.`);
  }
  return null;
}

/** This site: what it is to the others, and what it has to bring to its hub. */
function own(picture, list, now) {
  const nodes = picture.nodes;
  const up = list.sites.some((link) => link.state === 'SERVING');
  const judgement = judgeJournal(list.edge, up);
  const state = worst([judgement.state,
    ...nodes.map((node) => judgeNode(node, picture.epoch).state)]);
  const well = nodes.filter((node) => judgeNode(node, picture.epoch).state === 'PASS').length;
  return h('section', { class: 'sheet card own', key: 'own', 'data-site': list.self },
    h('header', null,
      h('h2', null, list.self), badge(state), tag('this site')),
    h('p', { class: 'quiet' }, ROLES[list.role] ?? list.role),
    reasons(judgement),
    h('dl', { class: 'facts' },
      fact('Nodes', h('a', { href: to('nodes') }, `${count(well)} of ${count(nodes.length)} well`)),
      fact('Services', served(picture.services.filter((one) => one.instances > 0)
        .map((one) => one.service))),
      fact('Epoch', count(picture.epoch)),
      list.role === 'EDGE' && fact('Journal', backlog(list.edge)),
      list.role === 'EDGE' && fact('Replica', replica(list.edge))));
}

/** The other sites, each at the end of its thread, those first that want a look. */
function drawing(links, chosen, now) {
  const shown = links.filter((link, at) => at < DRAWN_MAX || link.site === chosen);
  const rest = links.length - shown.length;
  return h('ul', { class: 'links', key: 'links', 'aria-label': 'Linked sites' },
    shown.map((link) => drawn(link, link.site === chosen, now)),
    rest > 0 && h('li', { key: 'rest', class: 'more quiet' },
      `and ${several(rest, 'site')} more, in the table below`));
}

function drawn(link, chosen, now) {
  const { mark, says } = standing(link, now);
  const judgement = judgeLink(link, now);
  const serves = link.state === 'SERVING';
  return h('li',
    {
      key: `site ${link.site}`,
      class: `link ${link.state.toLowerCase()}`,
      'data-site': link.site,
      'data-state': link.state,
    },
    h('section', { class: `sheet card ${chosen ? 'chosen' : ''}` },
      h('header', null,
        h('h2', null, link.site),
        badge(mark, says),
        judgement.state !== mark && linked(link) && badge(judgement.state)),
      reasons(judgement),
      linked(link)
        ? h('dl', { class: 'facts' },
          fact('Since', moment(link.since)),
          fact('Round trip', micros(link.roundTripMicros || null)),
          fact('Traffic', `${bytes(link.bytesSent)} there, ${bytes(link.bytesReceived)} back`),
          fact('Waiting', bytes(link.unacknowledgedBytes)),
          fact('Nodes', link.nodes > 0 ? count(link.nodes) : '–'),
          link.edge && fact('Journal', backlog(link.edge)),
          link.edge && fact('Replica', replica(link.edge)),
          link.nodes > 0 && fact('Policies', policies(link.policies)),
          link.nodes > 0 && [
            fact('Clock', offset(link.clockOffMillis)),
            fact('Epoch', count(link.policyEpoch)),
            fact('Version', link.version ?? '–'),
            fact('Services', served(link.services)),
          ])
        : h('p', { class: 'quiet' }, `since ${moment(link.since)}`),
      linked(link) && !serves && link.nodes > 0
        && h('p', { class: 'quiet' }, 'All but the state is as it was when it was last heard of.')));
}

function fact(name, value) {
  return h('div', { key: name }, h('dt', null, name), h('dd', null, value));
}

function served(names) {
  return names?.length > 0 ? names.join(', ') : '–';
}

function replica(edge) {
  const age = edge?.replicaAgeSeconds;
  return age === undefined || age === null ? '–' : `${span(age * 1_000)} old`;
}

/** The figures of all links, of each what was heard last. */
function all(links, by, redraw, now) {
  const known = (of) => (link) => (link.nodes > 0 ? of(link) : '–');
  const edge = (name) => (link) => link.edge?.[name] ?? -1;
  return table({
    caption: 'Links to other sites',
    by,
    redraw,
    keyOf: (link) => link.site,
    rows: links,
    empty: 'No site has such a name.',
    rowClass: (link) => judgeLink(link, now).state.toLowerCase(),
    columns: [
      { head: 'Site', row: true, sort: (l) => l.site,
        cell: (l) => h('a', { href: to('sites', [l.site]) }, l.site) },
      { head: 'State', sort: (l) => l.state, cell: (l) => {
        const { mark, says } = standing(l, now);
        return badge(mark, says);
      } },
      { head: 'Held by', wide: true, sort: (l) => l.node ?? '', cell: (l) =>
        (l.node ? h('a', { href: to('nodes', [l.node]) }, l.node) : '–') },
      { head: 'Round trip', num: true, sort: (l) => l.roundTripMicros,
        cell: (l) => micros(l.roundTripMicros || null) },
      { head: 'Sent', num: true, wide: true, sort: (l) => l.bytesSent,
        cell: known((l) => bytes(l.bytesSent)) },
      { head: 'Received', num: true, wide: true, sort: (l) => l.bytesReceived,
        cell: known((l) => bytes(l.bytesReceived)) },
      { head: 'Unacknowledged', num: true, wide: true, sort: (l) => l.unacknowledgedBytes,
        cell: known((l) => bytes(l.unacknowledgedBytes)) },
      { head: 'Journal', num: true, sort: edge('journalOrders'),
        cell: (l) => count(l.edge?.journalOrders) },
      { head: 'Disputed', num: true, wide: true, sort: edge('journalDisputed'),
        cell: (l) => count(l.edge?.journalDisputed) },
      { head: 'Replica age', num: true, wide: true, sort: edge('replicaAgeSeconds'),
        cell: (l) => span(l.edge?.replicaAgeSeconds * 1_000) },
      { head: 'Nodes', num: true, wide: true, sort: (l) => l.nodes,
        cell: known((l) => count(l.nodes)) },
      { head: 'Version', wide: true, sort: (l) => l.version ?? '', cell: (l) => l.version ?? '–' },
      { head: 'Policies', wide: true, sort: (l) => l.policies?.state ?? '',
        cell: known((l) => policies(l.policies)) },
      { head: 'Epoch', num: true, wide: true, sort: (l) => l.policyEpoch,
        cell: known((l) => count(l.policyEpoch)) },
      { head: 'Clock', wide: true, sort: (l) => l.clockOffMillis,
        cell: known((l) => offset(l.clockOffMillis)) },
    ],
  });
}
