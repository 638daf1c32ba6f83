import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nest } from '../../../console/src/main/web/views/traces.js';

const span = (id, parent, offsetMicros, kind = 'CLIENT') => ({ span: id, parent, offsetMicros, kind });
const shape = (spans) => nest(spans).map((one) => `${'.'.repeat(one.depth)}${one.span}${one.kind[0]}`);

test('spans lie below those that they belong to, in the order of their begin', () => {
  assert.deepEqual(
    shape([span('c', 'a', 5), span('b', 'a', 1), span('d', 'b', 2), span('a', null, 0)]),
    ['aC', '.bC', '..dC', '.cC']);
});

test('a span whose parent is not kept stands at the top', () => {
  assert.deepEqual(shape([span('b', 'gone', 1), span('a', null, 0)]), ['aC', 'bC']);
});

test('a run lies below the attempt whose id it has, and what it makes below the run', () => {
  assert.deepEqual(
    shape([span('b', 'a', 3, 'INTERNAL'), span('a', null, 1, 'SERVER'), span('a', null, 1)]),
    ['aC', '.aS', '..bI']);
});

test('a circle ends', () => {
  assert.deepEqual(shape([span('a', 'b', 0), span('b', 'a', 1)]), []);
  assert.deepEqual(shape([span('a', 'a', 0)]), ['aC']);
});
