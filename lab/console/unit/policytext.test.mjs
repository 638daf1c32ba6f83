import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  HandMade, faultsOf, isFaulty, operationsOf, routesOf, servicesOf, withFault, withSplit,
  withoutFault,
} from '../../../console/src/main/web/model/policytext.js';

const TEXT = `# at the top
defaults:
  timeout: 2s

services:
  users:                      # those who order
    retries: {budget: 10%}
    routes:
      - match: {tenant: acme}
        split: {1.1.0: 100%}
      - split: {1.0.0: 95%, 1.1.0: 5%}   # one in twenty
        by: client
    operations:
      users.get:
        faults:
          - {percent: 10%, delay: 100ms}
          - match: {tenant: acme}
            percent: 1%
            abort: unknown
  orders:
    timeout: 1s
`;

test('routes are read with what they match and their shares', () => {
  assert.deepEqual(routesOf(TEXT, 'users'), [
    { match: { tenant: 'acme' }, split: { '1.1.0': 100 }, by: null },
    { match: null, split: { '1.0.0': 95, '1.1.0': 5 }, by: 'client' },
  ]);
  assert.deepEqual(routesOf(TEXT, 'orders'), []);
  assert.deepEqual(routesOf('', 'users'), []);
});

test('a list at the indent of its key, and a split over lines, are read too', () => {
  const text = 'services:\n  users:\n    routes:\n'
    + '    - split:\n        "1.0.0": 50%\n        1.1.0: 50%\n';
  assert.deepEqual(routesOf(text, 'users')[0].split, { '1.0.0': 50, '1.1.0': 50 });
  const moved = withSplit(text, 'users', 0, { '1.0.0': 10, '1.1.0': 90 });
  assert.equal(moved,
    'services:\n  users:\n    routes:\n    - split: {1.0.0: 10%, 1.1.0: 90%}\n');
});

test('a split changes in its place, and nothing else does', () => {
  const moved = withSplit(TEXT, 'users', 1, { '1.0.0': 20, '1.1.0': 80 });
  assert.equal(moved, TEXT.replace('{1.0.0: 95%, 1.1.0: 5%}', '{1.0.0: 20%, 1.1.0: 80%}'));
});

test('a service without routes gets one, and a text without services gets them', () => {
  const split = { '1.0.0': 50, '1.1.0': 50 };
  assert.deepEqual(routesOf(withSplit(TEXT, 'orders', 0, split), 'orders')[0].split, split);
  assert.deepEqual(routesOf(withSplit(TEXT, 'reports', 0, split), 'reports')[0].split, split);
  assert.deepEqual(routesOf(withSplit('', 'users', 0, split), 'users')[0].split, split);
  const off = 'services:\n  users:\n    routes: none\n';
  assert.deepEqual(routesOf(withSplit(off, 'users', 0, split), 'users')[0].split, split);
});

test('faults are read of services and operations', () => {
  const path = ['services', 'users', 'operations', 'users.get'];
  assert.deepEqual(faultsOf(TEXT, path), [
    { match: null, percent: '10%', delay: '100ms', abort: null },
    { match: { tenant: 'acme' }, percent: '1%', delay: null, abort: 'unknown' },
  ]);
  assert.deepEqual(faultsOf(TEXT, ['services', 'users']), []);
  assert.equal(isFaulty(TEXT, 'users'), true);
  assert.equal(isFaulty(TEXT, 'orders'), false);
});

test('a fault is added and taken back, and the text is what it was', () => {
  for (const path of [
    ['services', 'orders'],
    ['services', 'orders', 'operations', 'orders.place'],
    ['services', 'users', 'operations', 'users.get'],
  ]) {
    const before = faultsOf(TEXT, path).length;
    const added = withFault(TEXT, path, { percent: '5%', delay: '', abort: 'rejected' });
    assert.deepEqual(faultsOf(added, path).at(-1),
      { match: null, percent: '5%', delay: null, abort: 'rejected' });
    assert.equal(faultsOf(withoutFault(added, path, before), path).length, before);
  }
  const path = ['services', 'users', 'operations', 'users.get'];
  const added = withFault(TEXT, path, { percent: '5%', delay: '1s' });
  assert.equal(withoutFault(added, path, 2), TEXT);
});

test('what is written in braces is left to hands', () => {
  const text = 'services: {users: {routes: [{split: {1.0.0: 100%}}]}}\n';
  assert.throws(() => routesOf(text, 'users'), HandMade);
  assert.throws(() => withSplit(text, 'users', 0, { '1.0.0': 100 }), HandMade);
});

test('names are listed', () => {
  assert.deepEqual(servicesOf(TEXT), ['users', 'orders']);
  assert.deepEqual(operationsOf(TEXT, 'users'), ['users.get']);
  assert.deepEqual(operationsOf(TEXT, 'orders'), []);
});
