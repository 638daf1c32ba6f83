import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Picture } from '../../../console/src/main/web/model/picture.js';

const node = (name, more) => ({
  node: name, site: 's', zone: 'a', state: 'SERVING', heapUsedBytes: 1, heapMaxBytes: 4,
  loopDelayMaxMillis: 1, epoch: 1, ...more });
/** What is left of a node that does not answer. */
const record = (name) => ({ node: name, site: 's', zone: 'a', state: 'SERVING' });
const service = { service: 'users', instances: 1, perSecond: 10, success: 1, p50Micros: 1,
  p99Micros: 9, operations: [], instanceStats: [] };
const stat = (...nodes) => ({ nodes, services: [service], edges: [], missing: [] });

function opened(answers = {}) {
  mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const asked = [];
  const api = { get: async (path) => {
    asked.push(path);
    return answers[path] ?? {};
  } };
  return { picture: new Picture(api, () => {}), asked };
}

test('a node that vanishes stays as lost for a while, and is found again', () => {
  const { picture } = opened();
  picture.take('stat', stat(node('n1'), node('n2')));
  mock.timers.tick(1_000);
  picture.take('stat', { ...stat(node('n1'), record('n2')), missing: ['n2'] });
  const [, lost] = picture.nodes;
  assert.equal(lost.node, 'n2');
  assert.equal(lost.lostAt, 1_001_000);
  assert.equal(lost.silent, true);
  mock.timers.tick(1_000);
  picture.take('stat', stat(node('n1'), node('n2')));
  assert.equal(picture.nodes[1].lostAt, undefined);
  picture.take('stat', stat(node('n1')));
  mock.timers.tick(130_000);
  picture.take('stat', stat(node('n1')));
  assert.equal(picture.nodes.length, 1);
  mock.timers.reset();
});

test('links are asked for where somebody tells of them, and once', async () => {
  const list = { self: 's', role: 'ALONE', sites: [] };
  const { picture, asked } = opened({ '/v1/sites': list });
  assert.equal(picture.hasSites, null);
  picture.take('stat', stat(node('n1')));
  assert.equal(picture.hasSites, false);
  const told = { ...stat(node('n1')), services: [{ ...service, service: 'sites' }] };
  picture.take('stat', told);
  await Promise.resolve();
  picture.take('stat', told);
  await Promise.resolve();
  assert.deepEqual(asked.filter((path) => path === '/v1/sites'), ['/v1/sites']);
  assert.deepEqual([picture.sites, picture.sitesAt], [list, 1_000_000]);
  mock.timers.reset();
});

test('a node that is silent from the beginning is shown too', () => {
  const { picture } = opened();
  picture.take('stat', { ...stat(node('n1'), record('n2')), missing: ['n2'] });
  assert.deepEqual(picture.nodes.map((each) => each.node), ['n1', 'n2']);
  mock.timers.reset();
});

test('after an hour away, what was is forgotten, and no node is called lost', () => {
  const { picture } = opened();
  picture.take('stat', stat(node('n1'), node('n2')));
  assert.equal(picture.stale, false);
  mock.timers.tick(3_600_000);
  assert.equal(picture.stale, true);
  assert.equal(picture.ageMillis, 3_600_000);
  picture.take('stat', stat(node('n1')));
  assert.equal(picture.nodes.length, 1);
  assert.equal(picture.history.of('all').length, 1);
  mock.timers.reset();
});

test('a newer epoch has the policies read anew, once', async () => {
  const { picture, asked } = opened({ '/v1/policies': { epoch: 2 } });
  picture.policies = { epoch: 1 };
  picture.take('stat', stat(node('n1')));
  assert.deepEqual(asked, []);
  picture.take('stat', stat(node('n1', { epoch: 2 })));
  picture.take('stat', stat(node('n1', { epoch: 2 })));
  assert.deepEqual(asked, ['/v1/policies']);
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  assert.equal(picture.policies.epoch, 2);
  mock.timers.reset();
});
