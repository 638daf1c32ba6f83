// The frame around every view: where one is, how fresh what is shown is, the way to the rest.
import { h } from './dom.js';
import { RETRY } from './events.js';
import { span } from './format.js';
import { judgeNode, judgeService, worst } from './model/health.js';
import { judgeSites } from './model/sitelinks.js';
import { to } from './router.js';
import { VIEWS } from './views.js';

/** Describes the page: `content` in its frame. */
export function shell(app, entry, title, content) {
  return [
    h('header', { key: 'header' },
      h('a', { class: 'brand', href: '#/overview' }, logo(), h('span', null, 'weft')),
      h('p', { class: 'where' }, app.picture.node ? `asked of ${app.picture.node}` : location.host),
      freshness(app.picture),
      h('button', { class: 'plain', onclick: () => app.theme(), title: 'Light or dark (t)' },
        h('span', { 'aria-hidden': 'true' }, '◐'),
        h('span', { class: 'hidden' }, 'Light or dark')),
      h('button', { class: 'plain', onclick: () => app.help(), title: 'Keys (?)' },
        h('span', { 'aria-hidden': 'true' }, '?'), h('span', { class: 'hidden' }, 'Keys'))),
    h('nav', { key: 'nav', 'aria-label': 'Views' },
      h('ul', null, VIEWS.map((view) => link(app, view, entry)))),
    h('main', { key: 'main', id: 'main', tabindex: -1 },
      away(app),
      h('h1', { key: 'title' }, title),
      h('div', { key: `view ${entry.name}`, class: `view ${entry.name}` }, content)),
  ];
}

function link(app, view, entry) {
  const state = mark(app.picture, view.name);
  return h('li', { key: view.name },
    h('a', { href: to(view.name), 'aria-current': view === entry ? 'page' : null },
      view.title,
      state !== 'PASS' && h('span', { class: `dot ${state.toLowerCase()}` },
        h('span', { class: 'hidden' }, state === 'FAIL' ? ' failing' : ' look'))));
}

/** The worst that a view would show, so that one goes there. */
function mark(picture, name) {
  if (name === 'services') {
    return worst(picture.services.map((service) => judgeService(service).state));
  }
  if (name === 'nodes') {
    return worst(picture.nodes.map((node) => judgeNode(node, picture.epoch).state));
  }
  if (name === 'sites') {
    return picture.sites && picture.hasSites ? judgeSites(picture.sites, Date.now()) : 'PASS';
  }
  return name === 'doctor' ? (picture.doctor?.worst ?? 'PASS') : 'PASS';
}

function freshness(picture) {
  if (picture.stat === null) {
    return h('p', { class: 'fresh wait', key: 'fresh' }, 'connecting');
  }
  return picture.stale
    ? h('p', { class: 'fresh old', key: 'fresh' }, `${span(picture.ageMillis)} old`)
    : h('p', { class: 'fresh live', key: 'fresh' },
      h('span', { class: 'pulse', 'aria-hidden': 'true' }), 'live');
}

/** Says that what is shown is not what is, how old it is, and what is being done about it. */
function away(app) {
  const { picture, api } = app;
  if (api.locked) {
    return h('div', { class: 'away', key: 'away', role: 'alert' },
      h('p', null, 'This node shows nothing without the token of an operator.'),
      h('button', { class: 'main', onclick: () => app.unlock() }, 'Give a token'));
  }
  if (picture.stat !== null ? !picture.stale : picture.link.open || !picture.link.retryAt) {
    return null;
  }
  const { link } = picture;
  const why = link.open ? 'the node sends nothing' : link.why;
  return h('div', { class: 'away', key: 'away' },
    h('p', null,
      picture.stat === null
        ? `Nothing to show yet: ${why}.`
        : `What you see is ${span(picture.ageMillis)} old: ${why}.`,
      ' It is tried again by itself.'),
    h('button', { onclick: () => dispatchEvent(new Event(RETRY)) }, 'Try now'));
}

/** Two threads over and under two others. */
function logo() {
  const warp = h('path', { class: 'warp', d: 'M10 4v24M22 4v24' });
  const weft = h('path', { class: 'weft', d: 'M4 10h8M20 10h8M4 22h2M14 22h14' });
  const over = h('path', { class: 'over', d: 'M10 15v13M22 4v13' });
  return h('svg', { viewBox: '0 0 32 32', class: 'logo', 'aria-hidden': 'true' }, warp, weft, over);
}
