import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '../../../console/src/main/web/format.js';
import { judgeService } from '../../../console/src/main/web/model/health.js';
import { backlog, judgeJournal, judgeLink, judgeSites, offset, policies, ranked, standing }
  from '../../../console/src/main/web/model/sitelinks.js';
import { shares } from '../../../console/src/main/web/views/services.js';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const ago = (seconds) => new Date(NOW - seconds * 1_000).toISOString();
const link = (state, more = {}) => ({
  site: 'plant', state, since: ago(600), clockOffMillis: 0, ...more });
const edge = (journalOrders, journalDisputed, journalOldestSeconds) =>
  ({ journalOrders, journalDisputed, journalOldestSeconds });

test('each state has a mark and says since when', () => {
  assert.deepEqual(standing(link('SERVING'), NOW), { mark: 'PASS', says: 'serving' });
  assert.deepEqual(standing(link('CUT_OFF'), NOW), { mark: 'WARN', says: 'cut off for 10 min' });
  assert.equal(standing(link('DEAD', { since: ago(8 * 86_400) }), NOW).says,
    'dead: cut off for 8 d 0 h');
  assert.equal(standing(link('INVITED'), NOW).mark, 'NONE');
  assert.equal(standing(link('OF_LATER_RELEASE'), NOW).mark, 'NONE');
});

test('nobody expects anything of a site that is invited or revoked', () => {
  for (const state of ['INVITED', 'REVOKED']) {
    const judged = judgeLink(link(state, { clockOffMillis: 90_000, edge: edge(9, 9, 900) }), NOW);
    assert.deepEqual(judged, { state: 'NONE', whys: [] });
  }
});

test('a clock is judged only while it is heard of', () => {
  assert.equal(judgeLink(link('SERVING', { clockOffMillis: -30_000 }), NOW).state, 'PASS');
  const off = judgeLink(link('SERVING', { clockOffMillis: -31_000 }), NOW);
  assert.deepEqual(off, { state: 'WARN', whys: ['its clock is 31 s behind'] });
  assert.equal(judgeLink(link('CUT_OFF', { clockOffMillis: -31_000 }), NOW).whys.length, 1);
});

test('orders may wait while the link is cut, and a minute after it is back', () => {
  const waits = { edge: edge(7, 0, 500) };
  assert.deepEqual(judgeLink(link('CUT_OFF', waits), NOW).whys, ['nothing is heard of it']);
  assert.equal(judgeLink(link('SERVING', { ...waits, since: ago(59) }), NOW).state, 'PASS');
  assert.deepEqual(judgeLink(link('SERVING', waits), NOW).whys,
    ['7 orders wait although the link is there']);
  assert.equal(judgeLink(link('SERVING', { edge: edge(1, 0, 60) }), NOW).state, 'PASS');
});

test('an edge that is behind its hub says how far and why, and is judged while it is heard of', () => {
  const behind = { state: 'REFUSED', hubEpoch: 7, takenEpoch: 5, why: 'line 3: a later key' };
  assert.equal(policies(undefined), 'own');
  assert.equal(policies({ ...behind, state: 'CURRENT' }), "hub's 5");
  assert.equal(policies(behind), "hub's 5 of 7, refused");
  assert.equal(judgeLink(link('SERVING', { policies: { state: 'CURRENT' } }), NOW).state, 'PASS');
  assert.deepEqual(judgeLink(link('SERVING', { policies: behind }), NOW),
    { state: 'WARN', whys: ["it does not go by its hub's policies: line 3: a later key"] });
  assert.equal(judgeLink(link('CUT_OFF', { policies: behind }), NOW).whys.length, 1);
});

test('a dispute wants a look whether there is a link or not', () => {
  assert.equal(judgeJournal(edge(0, 1, 0), false).state, 'WARN');
  assert.equal(judgeJournal(undefined, true).state, 'PASS');
  assert.equal(judgeJournal({}, true).state, 'PASS', 'a journal of which nothing is known');
});

test('a backlog that is not known is not shown as none', () => {
  assert.equal(backlog(undefined), '–');
  assert.equal(backlog({ replicaAgeSeconds: 1 }), '–');
  assert.equal(backlog(edge(0, 0, 0)), 'empty');
  assert.equal(backlog(edge(0, 2, 0)), 'empty, 2 disputed');
  assert.equal(backlog(edge(1, 0, 90)), '1 order, oldest 1 min');
});

test('the sites that want a look come first, and the worst marks the way to them', () => {
  const links = [
    link('REVOKED', { site: 'a' }), link('SERVING', { site: 'e10' }),
    link('SERVING', { site: 'e9' }), link('CUT_OFF', { site: 'x' }), link('DEAD', { site: 'z' }),
  ];
  assert.deepEqual(ranked(links, NOW).map((each) => each.site), ['z', 'x', 'e9', 'e10', 'a']);
  assert.equal(judgeSites({ sites: links }, NOW), 'FAIL');
  assert.equal(judgeSites({ sites: [links[0]] }, NOW), 'PASS');
  assert.equal(judgeSites({ sites: [], edge: edge(0, 1, 0) }, NOW), 'WARN');
});

test('a clock that is off by less than a second is right', () => {
  assert.equal(offset(-400), 'right');
  assert.equal(offset(94_000), '1 min ahead');
});

test('bytes have the unit that fits', () => {
  assert.equal(bytes(0), '0 B');
  assert.equal(bytes(1_023), '1,023 B');
  assert.equal(bytes(1_048_575), '1,023 KiB');
  assert.equal(bytes(1_048_576), '1.0 MiB');
});

test('what stands for another site is no instance of a service here', () => {
  const one = (node, more) =>
    ({ node, version: '1', perSecond: 10, breaker: 'CLOSED', ...more });
  const service = { perSecond: 0, success: 1, instances: 1,
    instanceStats: [one('n1'), one('n2', { site: 'hub', version: '2', breaker: 'OPEN' })] };
  assert.equal(judgeService(service).state, 'PASS', 'a cut link opens the breaker of its stand-in');
  assert.deepEqual(shares(service).map((each) => [each.version, each.share]), [['1', 1]]);
  const far = { ...service, instances: 0, instanceStats: [service.instanceStats[1]] };
  assert.equal(judgeService(far).state, 'PASS', 'another site serves it');
});
