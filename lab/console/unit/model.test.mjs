import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventReader } from '../../../console/src/main/web/events.js';
import { bytes, micros, percent, rate, span } from '../../../console/src/main/web/format.js';
import { NODES, asks, byService, liveliness } from '../../../console/src/main/web/model/calledges.js';
import { judgeNode, judgeService, worst } from '../../../console/src/main/web/model/health.js';
import { History } from '../../../console/src/main/web/model/history.js';
import { rankedLayout, sitedLayout, way } from '../../../console/src/main/web/model/layout.js';
import { diff, hunks } from '../../../console/src/main/web/model/linediff.js';

test('events are read however the stream is cut', () => {
  const stream = ': hello\r\nevent: stat\ndata: {"a":\ndata: 1}\n\n'
    + 'event: decision\rdata: x\r\rid: 7\n\ndata:no space\n\n';
  const whole = new EventReader().take(stream);
  assert.deepEqual(whole, [
    { event: 'stat', data: '{"a":\n1}' },
    { event: 'decision', data: 'x' },
    { event: 'message', data: 'no space' },
  ]);
  for (let cut = 0; cut <= stream.length; cut++) {
    const reader = new EventReader();
    const first = reader.take(stream.slice(0, cut));
    assert.deepEqual([...first, ...reader.take(stream.slice(cut))], whole);
  }
});

test('a share that is not whole is never shown as whole', () => {
  assert.equal(percent(1), '100 %');
  assert.equal(percent(0.999999), '99.99 %');
  assert.equal(percent(0.0001), '0.1 %');
  assert.equal(percent(0), '0 %');
  assert.equal(percent(0.95), '95.0 %');
  assert.equal(percent(null), '–');
});

test('numbers have units that fit them', () => {
  assert.equal(rate(0), '0/s');
  assert.equal(rate(0.44), '0.4/s');
  assert.equal(rate(12_345), '12,345/s');
  assert.equal(micros(850), '850 µs');
  assert.equal(micros(12_340), '12.3 ms');
  assert.equal(micros(1_204_000), '1.20 s');
  assert.equal(bytes(1_048_576), '1.0 MiB');
  assert.equal(span(3_840_000), '1 h 4 min');
});

test('edges of a pair of services add up', () => {
  const edge = (fromNode, toNode, perSecond, success, secured) => ({
    from: 'a', to: 'b', fromNode, toNode, perSecond, success, secured,
    p50Micros: 1, p99Micros: perSecond,
  });
  const [sum] = byService([
    edge('n1', 'n2', 30, 1, true), edge('n1', 'n1', 10, 0.5, false)]);
  assert.equal(sum.perSecond, 40);
  assert.equal(sum.success, 0.875);
  assert.equal(sum.p99Micros, 30);
  assert.equal(sum.secured, true, 'calls that stay on their node need no lock');
  const half = byService([edge('n1', 'n2', 1, 1, true), edge('n2', 'n1', 1, 1, false)]);
  assert.equal(half[0].secured, false);
});

test('what nodes ask for themselves has one caller, however many they are', () => {
  const of = (node) => ({ from: node, fromNode: node, to: 'orders', toNode: 'n9', perSecond: 2,
    success: 1, p99Micros: 5 });
  const [sum, ...others] = byService([of('n1'), of('n2')]);
  assert.equal(sum.from, NODES);
  assert.equal(sum.perSecond, 4);
  assert.deepEqual(others, []);
  assert.equal(asks([of('n1')], 'n1'), null, 'a node is no service');
  const gateway = [{ ...of('n1'), from: 'routing' }, { ...of('n2'), from: 'routing', to: 'users' }];
  assert.equal(asks(gateway, 'routing').perSecond, 4, 'of whomever it asks');
});

test('liveliness grows with the rate, in few steps', () => {
  assert.deepEqual([0, 0.1, 5, 50, 500, 50_000, 9e9].map(liveliness), [0, 1, 2, 3, 4, 5, 5]);
});

test('health names each reason, and the worst decides', () => {
  const service = { instances: 2, perSecond: 10, success: 0.99, instanceStats: [
    { node: 'n1', breaker: 'OPEN' }, { node: 'n2', breaker: 'CLOSED' }] };
  assert.equal(judgeService(service).state, 'WARN');
  assert.equal(judgeService(service).whys.length, 2);
  assert.equal(judgeService({ ...service, success: 0.5 }).state, 'FAIL');
  const idle = { ...service, perSecond: 0, success: 0, instanceStats: [] };
  assert.equal(judgeService(idle).state, 'PASS');
  assert.equal(judgeNode({ lostAt: 1 }, 1).state, 'FAIL');
  const node = {
    state: 'SERVING', heapUsedBytes: 1, heapMaxBytes: 4, loopDelayMaxMillis: 1, epoch: 3 };
  assert.equal(judgeNode(node, 3).state, 'PASS');
  assert.equal(judgeNode(node, 4).state, 'WARN');
  assert.equal(worst([]), 'PASS');
});

test('history is bounded, and a gap is a hole', () => {
  const history = new History();
  for (let second = 0; second < 1_000; second++) {
    history.add('all', second * 1_000, { value: second });
  }
  assert.equal(history.of('all').length, 180);
  history.add('all', 2_000_000, { value: 1 });
  assert.equal(history.of('all').at(-2).hole, true);
  history.forget(3_000_000);
  assert.equal(history.of('all').length, 0);
});

test('a difference has all lines of both texts, and hunks leave the rest out', () => {
  const before = Array.from({ length: 40 }, (_, at) => `line ${at}`);
  const after = before.flatMap((line, at) => (at === 20 ? ['new', line] : at === 30 ? [] : [line]));
  const lines = diff(before.join('\n'), after.join('\n'));
  assert.deepEqual(lines.filter((l) => l.sign !== '+').map((l) => l.text), before);
  assert.deepEqual(lines.filter((l) => l.sign !== '-').map((l) => l.text), after);
  assert.equal(lines.filter((l) => l.sign !== ' ').length, 2);
  assert.equal(hunks(lines)[0].sign, '…');
  assert.ok(hunks(lines).length < 20);
  assert.deepEqual(hunks(diff('a', 'a')), []);
  assert.deepEqual(diff('', 'a').map((l) => l.sign), ['-', '+']);
});

test('callers stand before those whom they call, and nothing lies on another', () => {
  const size = { width: 10, height: 10, across: 2, along: 5 };
  const calls = ['routing users', 'routing orders', 'orders users', 'users routing'];
  const edges = calls.map((call) => call.split(' ')).map(([from, to]) => ({ from, to }));
  const { boxes } = rankedLayout(['users', 'orders', 'routing'], edges, size, false);
  assert.ok(boxes.get('orders').x > boxes.get('routing').x);
  assert.equal(new Set([...boxes.values()].map(({ x, y }) => `${x} ${y}`)).size, boxes.size);
});

test('a call over several ranks passes behind nobody', () => {
  const size = { width: 10, height: 10, across: 2, along: 5 };
  const edges = [['a', 'b'], ['b', 'c'], ['a', 'c']].map(([from, to]) => ({ from, to }));
  for (const down of [false, true]) {
    const { boxes, ways } = rankedLayout(['a', 'b', 'c'], edges, size, down);
    const [stop] = ways.get(edges[2]);
    const b = boxes.get('b');
    assert.ok(Math.abs(stop.x - b.x) >= 10 || Math.abs(stop.y - b.y) >= 10);
    const box = (name) => ({ ...boxes.get(name), width: 10, height: 10 });
    const { path, at } = way(box('a'), [stop], box('c'), down);
    assert.match(path, /^M[^M]*L[^M]*$/);
    assert.ok(!path.includes('NaN'));
    assert.ok(at.x >= stop.x && at.x <= stop.x + stop.width);
  }
});

test('nodes stand in their zones, within the room there is', () => {
  const nodes = ['a', 'a', 'b', 'c'].map((zone, at) => ({ node: `n${at}`, site: 's', zone }));
  const size = { width: 100, gap: 30, pad: 10, head: 20 };
  for (const room of [150, 300, 2_000]) {
    const { cards, frames, width } = sitedLayout(nodes, () => 50, room, size);
    assert.equal(cards.size, 4);
    assert.equal(frames.length, 4);
    assert.ok(width <= Math.max(room, 150), `${width} in ${room}`);
    const zone = frames.find((frame) => frame.key === 's/a');
    for (const name of ['n0', 'n1']) {
      const card = cards.get(name);
      assert.ok(card.y + card.height <= zone.y + zone.height);
      assert.ok(card.x >= zone.x && card.x + card.width <= zone.x + zone.width);
    }
  }
});
