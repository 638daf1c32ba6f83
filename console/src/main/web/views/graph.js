// Who calls whom, live: by service, or by node in its zone and site. The same stands below as a
// table, for those who cannot see the drawing, and those who want to sort it.
import { h } from '../dom.js';
import { micros, percent, rate, several, span } from '../format.js';
import { NODES, asks, byService, liveliness } from '../model/calledges.js';
import { judgeNode, judgeService, judgeSuccess } from '../model/health.js';
import { curve, rankedLayout, sitedLayout, way } from '../model/layout.js';
import { isFaulty, routesOf } from '../model/policytext.js';
import { badge } from '../parts/badge.js';
import { tabs } from '../parts/field.js';
import { legend } from '../parts/legend.js';
import { order, table } from '../parts/table.js';
import { to } from '../router.js';

const BOX = { width: 172, height: 74, across: 34, along: 128 };
const BOX_DOWN = { ...BOX, width: 150, across: 14, along: 58 };
const CARD = { width: 196, gap: 74, pad: 12, head: 26 };
const CARD_HEAD = 34;
const CARD_ROW = 26;
const NARROW_PX = 720;
/** Marks as paths around 0, 0: a gap in a line, a cross, a fork, a lock. */
const SIGNS = {
  breaker: 'M-5 0H-2L2-4M2.5 0H5',
  fault: 'M-3.5-3.5 3.5 3.5M3.5-3.5-3.5 3.5',
  split: 'M0 5V1L-3.5-4M0 1 3.5-4',
  lock: 'M-3.5-.5H3.5V4.5H-3.5ZM-2-.5V-2.5A2 2 0 0 1 2-2.5V-.5',
};
/** More nodes than this are first shown by service: their edges would hide each other. */
const NODES_SHOWN_MAX = 12;

export function graph(app, place) {
  let by = place.query.get('by');
  let hovered = null;
  const sorted = order(2, true);
  const redraw = () => app.redraw();
  const point = (name) => () => {
    hovered = name;
    app.redraw();
  };
  return {
    render() {
      const { picture } = app;
      if (!picture.stat) {
        return h('p', { class: 'quiet' }, 'The first picture is on its way.');
      }
      by ??= picture.nodes.length > NODES_SHOWN_MAX ? 'service' : 'node';
      const room = Math.min(innerWidth, document.getElementById('main')?.clientWidth ?? innerWidth);
      const drawn = by === 'service'
        ? serviceGraph(picture, room, hovered, point)
        : nodeGraph(picture, room, hovered, point);
      return [
        h('div', { class: 'bar', key: 'bar' },
          tabs('Drawn by', by, [['service', 'By service'], ['node', 'By node']], (value) => {
            by = value;
            app.redraw();
          }),
          legend([
            ['pass', 'answered'],
            ['warn', 'below 99.9 %'],
            ['fail', 'below 95 %'],
            ['idle', 'no calls'],
          ])),
        h('div', { class: 'canvas', key: `canvas ${by}` }, drawn),
        h('section', { class: 'sheet', key: 'table' },
          h('h2', null, 'The same as a table'), edgeTable(picture, sorted, redraw)),
      ];
    },
  };
}

/** What is particular about a service, as marks: the words are in the marks' titles. */
function marks(picture, service) {
  const text = picture.policies?.text ?? '';
  const ejected = service.instanceStats.filter((one) => one.breaker !== 'CLOSED');
  return [
    ejected.length > 0 &&
      [SIGNS.breaker, `breaker not closed at ${ejected.map((one) => one.node).join(', ')}`, 'fail'],
    attempt(() => isFaulty(text, service.service)) && [SIGNS.fault, 'faults are injected', 'warn'],
    attempt(() => routesOf(text, service.service).length > 0) && [SIGNS.split, 'traffic is split', ''],
    secured(picture, service.service) && [SIGNS.lock, 'calls to it are encrypted', ''],
  ].filter(Boolean);
}

function secured(picture, name) {
  const edges = picture.edges.filter((edge) => edge.to === name && edge.fromNode !== edge.toNode);
  return edges.length > 0 && edges.every((edge) => edge.secured);
}

/** What cannot be read of the policies is not marked; the view of policies says why. */
function attempt(read) {
  try {
    return read();
  } catch {
    return false;
  }
}

function drawMarks(all, x, y) {
  return all.map(([sign, title, kind], at) =>
    h('g', { key: title, class: `mark ${kind}`, transform: `translate(${x - at * 20} ${y})` },
      h('title', null, title), h('circle', { r: 8.5 }), h('path', { d: sign })));
}

function svg(width, height, label, ...children) {
  return h('svg',
    {
      class: 'graph',
      viewBox: `-14 -14 ${width + 28} ${height + 28}`,
      // Between what can be read and what is no longer a picture; a phone scrolls.
      style: {
        'min-width': `${Math.round((width + 28) * 0.8)}px`,
        'max-width': `${Math.round((width + 28) * 1.45)}px`,
      },
      role: 'group',
      'aria-label': label,
    },
    ...children);
}

/** An edge: its thread, what flows along it, and its numbers where there is room or interest. */
function drawEdge(edge, { path, at }, { key, lit, dim, words }) {
  const lively = liveliness(edge.perSecond);
  const state = lively === 0 ? 'idle' : judgeSuccess(edge.success).toLowerCase();
  const look = lit ? 'lit' : dim ? 'dim' : '';
  return h('g', { key, class: `edge ${state} lively${lively} ${look}` },
    h('title', null, `${edge.from} to ${edge.to}: ${numbers(edge).join(', ')}`),
    h('path', { class: 'thread', d: path }),
    lively > 0 && h('path', { class: 'flow', d: path }),
    words && label(numbers(edge).slice(0, 3), at));
}

function numbers(edge) {
  return [
    rate(edge.perSecond),
    percent(edge.perSecond > 0 ? edge.success : null),
    `p99 ${micros(edge.p99Micros)}`,
    ...(edge.secured ? ['encrypted'] : []),
  ];
}

function label(lines, at) {
  const height = lines.length * 14 + 6;
  return h('g', { class: 'words', transform: `translate(${at.x} ${at.y})` },
    h('rect', { x: -42, y: -height / 2, width: 84, height, rx: 5 }),
    lines.map((line, i) =>
      h('text', { 'text-anchor': 'middle', y: (i - (lines.length - 1) / 2) * 14 + 4 }, line)));
}

function serviceGraph(picture, room, hovered, point) {
  const edges = byService(picture.edges);
  const known = new Map(picture.services.map((service) => [service.service, service]));
  const names = [...new Set([...known.keys(), ...edges.flatMap((edge) => [edge.from, edge.to])])];
  const down = room < NARROW_PX;
  const size = down ? BOX_DOWN : BOX;
  const { boxes, ways, width, height } = rankedLayout(names, edges, size, down);
  const box = (name) => ({ ...boxes.get(name), width: size.width, height: size.height });
  const touches = (edge) => edge.from === hovered || edge.to === hovered;
  return svg(width + 40, height, 'Services and the calls between them',
    edges.map((edge) =>
      drawEdge(edge, way(box(edge.from), ways.get(edge) ?? [], box(edge.to), down), {
        key: `edge ${edge.from} ${edge.to}`,
        lit: touches(edge),
        dim: hovered !== null && !touches(edge),
        words: true,
      })),
    names.map((name) => drawService(picture, known.get(name), name, box(name), point)));
}

function drawService(picture, service, name, box, point) {
  const { state } = service ? judgeService(service) : { state: 'PASS' };
  const href = service ? to('services', [name]) : null;
  return h('a',
    {
      key: `service ${name}`,
      class: `box ${state.toLowerCase()}`,
      href,
      transform: `translate(${box.x} ${box.y})`,
      onpointerenter: point(name),
      onpointerleave: point(null),
      onfocus: point(name),
      onblur: point(null),
    },
    h('rect', { width: box.width, height: box.height, rx: 8 }),
    h('path', { class: 'selvedge', d: `M5 8V${box.height - 8}` }),
    h('text', { class: 'name', x: 16, y: 24 }, name),
    service && [
      h('text', { x: 16, y: 44 }, does(picture, service)),
      h('text', { class: 'quiet', x: 16, y: 62 }, service.perSecond > 0
        ? `p99 ${micros(service.p99Micros)} · ${service.instances}×` : `${service.instances}×`),
      drawMarks(marks(picture, service), box.width - 16, 16),
    ],
    !service && h('text', { class: 'quiet', x: 16, y: 44 },
      name === NODES ? 'on their own' : 'calls on its own'));
}

function does(picture, service) {
  const others = service.perSecond > 0 ? null : asks(picture.edges, service.service);
  return others
    ? `asks ${rate(others.perSecond)}`
    : `${rate(service.perSecond)} · ${percent(service.perSecond > 0 ? service.success : null)}`;
}

function nodeGraph(picture, room, hovered, point) {
  const servicesOn = (node) => picture.services
    .map((service) => ({
      service,
      instances: service.instanceStats.filter((one) => one.node === node.node),
    }))
    .filter(({ instances }) => instances.length > 0);
  const heightOf = (node) =>
    CARD_HEAD + Math.max(1, node.lostAt === undefined ? servicesOn(node).length : 1) * CARD_ROW + 6;
  const nodes = picture.nodes;
  const { frames, cards, width, height } = sitedLayout(nodes, heightOf, Math.max(room, 320), CARD);
  const anchor = (nodeName, serviceName) => {
    const card = cards.get(nodeName);
    const node = nodes.find((one) => one.node === nodeName);
    if (!card || node.lostAt !== undefined) {
      return null;
    }
    const row = servicesOn(node).findIndex(({ service }) => service.service === serviceName);
    // What the node asks for itself, as for an operator, leaves from its head.
    return row < 0
      ? { x: card.x, y: card.y, width: card.width, height: CARD_HEAD }
      : { x: card.x, y: card.y + CARD_HEAD + row * CARD_ROW, width: card.width, height: CARD_ROW };
  };
  const touches = (edge) => hovered === edge.fromNode || hovered === edge.toNode
    || hovered === `${edge.fromNode}/${edge.from}` || hovered === `${edge.toNode}/${edge.to}`;
  const drawn = picture.edges
    .map((edge) => [edge, anchor(edge.fromNode, edge.from), anchor(edge.toNode, edge.to)])
    .filter(([, from, target]) => from && target)
    .map(([edge, from, target]) => [edge, curve(from, target)]);
  const keyOf = (edge) => `${edge.fromNode}/${edge.from} ${edge.toNode}/${edge.to}`;
  return svg(width + 60, height, 'Nodes by site and zone, and the calls between their services',
    frames.map(drawFrame),
    // Threads pass behind the cards, and what is said of them stands before all.
    drawn.map(([edge, line]) => drawEdge(edge, line, {
      key: `edge ${keyOf(edge)}`,
      lit: touches(edge),
      dim: hovered !== null && !touches(edge),
      words: false,
    })),
    nodes.map((node) =>
      drawNode(picture, node, cards.get(node.node), servicesOn(node), point)),
    drawn.filter(([edge]) => touches(edge) && edge.fromNode !== edge.toNode)
      .map(([edge, line]) => h('g', { key: `words ${keyOf(edge)}`, class: 'edge' },
        label(numbers(edge).slice(0, 1), line.at))));
}

function drawFrame(frame) {
  return h('g', { key: `frame ${frame.key}`, class: `frame ${frame.kind}` },
    h('rect', { x: frame.x, y: frame.y, width: frame.width, height: frame.height, rx: 12 }),
    h('text', { x: frame.x + 14, y: frame.y + 18 }, `${frame.kind} ${frame.name}`));
}

function drawNode(picture, node, card, services, point) {
  const { state, whys } = judgeNode(node, picture.epoch);
  const lost = node.lostAt !== undefined;
  return h('g',
    {
      key: `node ${node.node}`,
      class: `node ${lost ? 'lost' : ''} ${state.toLowerCase()}`,
      transform: `translate(${card.x} ${card.y})`,
      'data-node': node.node,
      'data-state': lost ? 'LOST' : node.state,
    },
    h('rect', { width: card.width, height: card.height, rx: 8 }),
    h('a',
      {
        href: to('nodes', [node.node]),
        onpointerenter: point(node.node),
        onpointerleave: point(null),
        onfocus: point(node.node),
        onblur: point(null),
      },
      whys.length > 0 && h('title', null, whys.join(', ')),
      h('rect', { class: 'hit', width: card.width, height: CARD_HEAD, rx: 8 }),
      h('path', { class: 'selvedge', d: `M12 10V24` }),
      h('text', { class: 'name', x: 20, y: 22 }, node.node),
      h('text', { class: 'quiet', x: card.width - 12, y: 22, 'text-anchor': 'end' },
        lost
          ? `gone for ${span(Date.now() - node.lostAt)}`
          : node.draining ? 'draining' : node.state.toLowerCase())),
    lost
      ? h('text', { class: 'quiet', x: 20, y: CARD_HEAD + 14 }, 'it answers no more')
      : services.map((each, at) => drawInstances(picture, node, each, card, at, point)));
}

/** A service on a node, with how many instances do its work there, or for which site one stands. */
function named(service, instances) {
  const here = instances.filter((one) => !one.site).length;
  const suffix = here === 0 ? ` for ${instances[0].site}` : here > 1 ? ` ×${here}` : '';
  return `${service.service}${suffix}`;
}

function drawInstances(picture, node, { service, instances }, card, at, point) {
  const perSecond = instances.reduce((sum, one) => sum + one.perSecond, 0);
  const open = instances.some((one) => one.breaker === 'OPEN');
  const y = CARD_HEAD + at * CARD_ROW;
  return h('a',
    {
      key: service.service,
      class: `row ${open ? 'fail' : ''}`,
      href: to('services', [service.service]),
      onpointerenter: point(`${node.node}/${service.service}`),
      onpointerleave: point(null),
      onfocus: point(`${node.node}/${service.service}`),
      onblur: point(null),
    },
    h('rect', { x: 6, y: y + 1, width: card.width - 12, height: CARD_ROW - 3, rx: 5 }),
    h('text', { x: 14, y: y + 17 },
      named(service, instances)),
    h('text', { class: 'num', x: card.width - 14, y: y + 17, 'text-anchor': 'end' },
      rate(perSecond)),
    drawMarks(open ? [[SIGNS.breaker, 'left out by a breaker', 'fail']] : [], card.width - 80, y + 12));
}

function edgeTable(picture, by, redraw) {
  return table({
    caption: `Calls between services, ${several(picture.edges.length, 'edge')}`,
    by,
    redraw,
    keyOf: (edge) => `${edge.fromNode}/${edge.from} ${edge.toNode}/${edge.to}`,
    rows: picture.edges,
    empty: 'Nobody calls anybody at the moment.',
    columns: [
      { head: 'From', row: true, sort: (e) => `${e.from} ${e.fromNode}`,
        cell: (e) => e.from === e.fromNode
          ? e.from : [e.from, h('span', { class: 'quiet' }, ` ${e.fromNode}`)] },
      { head: 'To', cell: (e) => [e.to, h('span', { class: 'quiet' }, ` ${e.toNode}`)],
        sort: (e) => `${e.to} ${e.toNode}` },
      { head: 'Rate', num: true, cell: (e) => rate(e.perSecond), sort: (e) => e.perSecond },
      { head: 'Success', num: true, cell: (e) => percent(e.perSecond > 0 ? e.success : null),
        sort: (e) => e.success },
      { head: 'p50', num: true, wide: true, cell: (e) => micros(e.p50Micros),
        sort: (e) => e.p50Micros },
      { head: 'p99', num: true, cell: (e) => micros(e.p99Micros), sort: (e) => e.p99Micros },
      { head: 'Encrypted', wide: true, sort: (e) => Number(Boolean(e.secured)),
        cell: (e) => e.fromNode === e.toNode
          ? h('span', { class: 'quiet' }, 'same node')
          : e.secured ? badge('PASS', 'yes') : badge('NONE', 'no') },
    ],
  });
}
