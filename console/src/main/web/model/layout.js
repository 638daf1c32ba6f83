// Where things stand in the graph. Pure: the same picture always gives the same drawing, so nothing
// moves but what changed.
import { grouped } from './groups.js';

/**
 * Ranks services by who calls whom, and places them: callers first. Ranks are longest paths from
 * those whom nobody calls; a call back to an earlier service (a cycle) counts for nothing. Within
 * a rank, services stand near those who call them, and a call over several ranks has a place of its
 * own in those between, so that it passes behind nobody (Sugiyama, Tagawa and Toda, 1981).
 *
 * @param size of a box and of the gaps between: { width, height, across, along }
 * @param down whether ranks go from top to bottom rather than from left to right
 * @return boxes by name, each { x, y }; the boxes that an edge passes through on its way; and the
 *     size of the whole
 */
export function rankedLayout(names, edges, size, down) {
  const ranks = rank(names, edges);
  const rows = [];
  const put = (name, at) => (rows[at] ??= []).push(name);
  names.forEach((name) => put(name, ranks.get(name)));
  const callers = grouped(edges, (edge) => edge.to);
  const passing = new Map();
  for (const edge of edges) {
    const places = [];
    for (let at = ranks.get(edge.from) + 1; at < ranks.get(edge.to); at++) {
      places.push({ from: edge.from });
      put(places.at(-1), at);
    }
    passing.set(edge, places);
  }
  const order = new Map();
  for (const row of rows) {
    const near = (one) => {
      const from = one.from ? [one] : (callers.get(one) ?? []);
      const known = from.filter((edge) => order.has(edge.from));
      return known.length === 0
        ? row.indexOf(one)
        : known.reduce((sum, edge) => sum + order.get(edge.from), 0) / known.length;
    };
    const sorted = row
      .map((one) => [one, near(one)])
      .sort(([a, x], [b, y]) => x - y || nameOf(a).localeCompare(nameOf(b)));
    sorted.forEach(([one], at) => order.set(one, at - (row.length - 1) / 2));
  }
  const stepAcross = (down ? size.width : size.height) + size.across;
  const stepAlong = (down ? size.height : size.width) + size.along;
  const widest = Math.max(1, ...rows.map((row) => row.length));
  const boxes = new Map();
  rows.forEach((row, at) => {
    for (const one of row) {
      const across = (order.get(one) + (widest - 1) / 2) * stepAcross;
      const along = at * stepAlong;
      boxes.set(one, down ? { x: across, y: along } : { x: along, y: across });
    }
  });
  const sized = (place) => ({ ...boxes.get(place), width: size.width, height: size.height });
  const across = widest * stepAcross - size.across;
  const along = Math.max(1, rows.length) * stepAlong - size.along;
  return {
    boxes,
    ways: new Map([...passing].map(([edge, places]) => [edge, places.map(sized)])),
    width: down ? across : along,
    height: down ? along : across,
  };
}

/** What passes through a rank stands after the services that it would otherwise part. */
function nameOf(one) {
  return one.from ? `\uffff${one.from}` : one;
}

function rank(names, edges) {
  const ranks = new Map();
  const visiting = new Set();
  const visit = (name) => {
    if (ranks.has(name)) {
      return ranks.get(name);
    }
    visiting.add(name);
    const callers = edges
      .filter((edge) => edge.to === name && edge.from !== name && !visiting.has(edge.from))
      .map((edge) => visit(edge.from) + 1);
    visiting.delete(name);
    ranks.set(name, Math.max(0, ...callers));
    return ranks.get(name);
  };
  names.forEach(visit);
  return ranks;
}

/**
 * Places nodes by site and zone: a site is a frame, its zones are columns, nodes stand below each
 * other. Where there is little room, zones stand below each other too.
 *
 * @param heightOf how tall a node's card is
 * @param room how wide the drawing may be
 * @param size { width, gap, pad, head }: of a card, between, within frames, of their heads
 * @return frames (sites and zones) and cards by node, each { x, y, width, height }
 */
export function sitedLayout(nodes, heightOf, room, size) {
  const frames = [];
  const cards = new Map();
  let y = 0;
  let width = 0;
  for (const [site, inSite] of grouped(nodes, (node) => node.site)) {
    const zones = [...grouped(inSite, (node) => node.zone)];
    const zoneWidth = size.width + 2 * size.pad;
    const perRow = Math.max(1, Math.floor((room - size.pad) / (zoneWidth + size.gap)));
    let x = size.pad;
    let top = y + size.head;
    let tallest = 0;
    let right = 0;
    zones.forEach(([zone, inZone], at) => {
      if (at > 0 && at % perRow === 0) {
        x = size.pad;
        top += tallest + size.gap / 2;
        tallest = 0;
      }
      let below = top + size.head;
      for (const node of inZone) {
        const height = heightOf(node);
        cards.set(node.node, { x: x + size.pad, y: below, width: size.width, height });
        below += height + size.gap / 3;
      }
      const height = below - size.gap / 3 + size.pad - top;
      frames.push({ kind: 'zone', name: zone, key: `${site}/${zone}`, x, y: top, width: zoneWidth,
        height });
      tallest = Math.max(tallest, height);
      right = Math.max(right, x + zoneWidth);
      x += zoneWidth + size.gap;
    });
    const height = top + tallest + size.pad - y;
    frames.unshift({ kind: 'site', name: site, key: site, x: 0, y, width: right + size.pad,
      height });
    width = Math.max(width, right + size.pad);
    y += height + size.gap / 2;
  }
  return { frames, cards, width, height: Math.max(1, y - size.gap / 2) };
}

/**
 * A curve from one box to another through the middle of those between.
 *
 * @return its path, and where its numbers have room
 */
export function way(from, between, to, down) {
  const bend = down ? curveDown : curve;
  if (between.length === 0) {
    return bend(from, to);
  }
  const stops = between.map((box) => down
    ? { x: box.x + box.width / 2, y: box.y, width: 0, height: box.height }
    : { x: box.x, y: box.y + box.height / 2, width: box.width, height: 0 });
  let path = '';
  let last = from;
  for (const stop of [...stops, to]) {
    // Straight through the stop, and on from its other side.
    path += bend(last, stop).path.replace(/^M/, path === '' ? 'M' : 'L');
    last = stop;
  }
  const middleStop = stops[Math.floor(stops.length / 2)];
  return {
    path,
    at: { x: middleStop.x + middleStop.width / 2, y: middleStop.y + middleStop.height / 2 },
  };
}

/** A curve from one box to another: out at the side that faces it, round the side in one column. */
export function curve(from, to) {
  if (Math.abs(from.x - to.x) < 1) {
    const x = from.x + from.width;
    const bulge = Math.min(90, 24 + Math.abs(to.y - from.y) / 4);
    const [a, b] = [middle(from), middle(to) + (from === to ? 6 : 0)];
    return {
      path: `M${x} ${a}C${x + bulge} ${a} ${x + bulge} ${b} ${x} ${b}`,
      at: { x: x + bulge * 0.75, y: (a + b) / 2 },
    };
  }
  const right = to.x > from.x;
  const a = { x: right ? from.x + from.width : from.x, y: middle(from) };
  const b = { x: right ? to.x : to.x + to.width, y: middle(to) };
  const pull = Math.max(30, Math.abs(b.x - a.x) / 2) * (right ? 1 : -1);
  return {
    path: `M${a.x} ${a.y}C${a.x + pull} ${a.y} ${b.x - pull} ${b.y} ${b.x} ${b.y}`,
    at: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
  };
}

/** The same from top to bottom. */
export function curveDown(from, to) {
  const a = { x: from.x + from.width / 2, y: from.y + from.height };
  const b = { x: to.x + to.width / 2, y: to.y };
  if (b.y <= a.y) {
    return curve(from, to);
  }
  const pull = (b.y - a.y) / 2;
  return {
    path: `M${a.x} ${a.y}C${a.x} ${a.y + pull} ${b.x} ${b.y - pull} ${b.x} ${b.y}`,
    at: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
  };
}

function middle(box) {
  return box.y + box.height / 2;
}
