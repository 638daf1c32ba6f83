// How the calls of each service are split over its versions: by slider where there are two.
import { h } from '../../dom.js';
import { percent } from '../../format.js';
import { routesOf, withSplit } from '../../model/policytext.js';
import { tag } from '../../parts/badge.js';
import { slider } from '../../parts/field.js';
import { meter } from '../../parts/meter.js';
import { shares } from '../services.js';

/** Drafts by service and route: the shares that the sliders show and nothing counts by yet. */
export function openSplits(app, change, place) {
  const drafts = new Map();
  const first = place.query.get('service');

  async function apply(service, at, split) {
    const text = withSplit(app.picture.policies.text, service, at, split);
    const words = Object.entries(split).map(([version, share]) => `${share} % to ${version}`);
    const done = await change(text, {
      what: `Split ${service}`,
      says: [`Of the calls of ${service}: ${words.join(', ')}.`],
      action: `Split ${service}`,
    });
    if (done) {
      drafts.delete(`${service} ${at}`);
      app.redraw();
    }
  }

  function draft(key, split) {
    drafts.set(key, split);
    app.redraw();
  }

  function card(service, text) {
    let routes;
    try {
      routes = routesOf(text, service.service);
    } catch (e) {
      return h('section', { class: 'sheet', key: service.service },
        h('h2', null, service.service),
        h('p', null, `Its routes are to be edited in the text: ${e.message}.`));
    }
    const live = shares(service);
    if (routes.length === 0 && live.length < 2) {
      return null;
    }
    const shown = routes.length > 0 ? routes : live.length > 1 ? [even(live)] : [];
    return h('section', { class: 'sheet', key: service.service },
      h('h2', null, service.service),
      shown.map((route, at) => routeOf(service, live, route, at, routes.length === 0)));
  }

  function routeOf(service, live, route, at, fresh) {
    const key = `${service.service} ${at}`;
    const split = drafts.get(key) ?? withLive(route.split, live, route.match);
    const changed = drafts.has(key);
    const sum = Object.values(split).reduce((a, b) => a + b, 0);
    return h('div', { class: 'route', key },
      route.match && h('p', null, 'for ', Object.entries(route.match)
        .map(([name, value]) => tag(`${name}: ${value}`))),
      fresh && h('p', { class: 'quiet' }, 'No policy splits it: each instance gets its share.'),
      Object.keys(split).length === 2
        ? two(service.service, split, (next) => draft(key, next))
        : several(service.service, split, (next) => draft(key, next)),
      !route.match && h('ul', { class: 'lines' }, [...live].reverse().map((one) =>
        h('li', { key: one.version }, h('span', null, `${one.version} now`),
          meter(one.share, percent(one.share), `share of ${one.version} now`, 1)))),
      sum !== 100 &&
        h('p', { class: 'problem' }, `The shares add up to ${sum} % (expected: 100 %).`),
      h('div', { class: 'buttons' },
        h('button', { disabled: !changed, onclick: () => {
          drafts.delete(key);
          app.redraw();
        } }, 'Back to what counts'),
        h('button', {
          class: 'main',
          disabled: !changed || sum !== 100,
          onclick: () => apply(service.service, at, split),
        }, `Split ${service.service}`)));
  }

  return {
    render(present) {
      const all = [...app.picture.services].sort((a, b) =>
        Number(b.service === first) - Number(a.service === first)
        || shares(b).length - shares(a).length);
      const cards = all.map((service) => card(service, present.text));
      const single = all.filter((service, at) => cards[at] === null);
      return [
        h('div', { class: 'columns', key: 'cards' }, cards),
        single.length > 0 && h('section', { class: 'sheet', key: 'single' },
          h('h2', null, 'Of one version, so with nothing to split'),
          h('p', { class: 'tags' }, single.map((service) =>
            tag(`${service.service} ${shares(service)[0]?.version ?? 'nowhere'}`))),
          h('p', { class: 'quiet' },
            'Start a node with another version of a service, and its slider appears here.')),
      ];
    },
  };
}

/** What a split without a policy looks like: by instances, so it adds up. */
function even(live) {
  const whole = live.reduce((sum, one) => sum + one.instances, 0);
  const split = {};
  let left = 100;
  live.forEach((one, at) => {
    split[one.version] = at === live.length - 1 ? left : Math.round((one.instances / whole) * 100);
    left -= split[one.version];
  });
  return { match: null, split };
}

/** Adds versions that run and have no share yet, so that they can be given one. */
function withLive(split, live, match) {
  const all = { ...split };
  if (!match) {
    live.forEach((one) => {
      all[one.version] ??= 0;
    });
  }
  return all;
}

function two(service, split, change) {
  const [old, fresh] = Object.keys(split);
  return h('div', { class: 'split two' },
    slider(`Share of ${fresh}`, split[fresh], (value) =>
      change({ [old]: 100 - value, [fresh]: value })),
    h('p', { class: 'ends' },
      h('span', null, `${fresh}: ${split[fresh]} %`), h('span', null, `${old}: ${split[old]} %`)));
}

function several(service, split, change) {
  return h('div', { class: 'split' }, Object.entries(split).map(([version, share]) =>
    h('div', { key: version },
      slider(`Share of ${version}`, share, (value) => change({ ...split, [version]: value })))));
}
