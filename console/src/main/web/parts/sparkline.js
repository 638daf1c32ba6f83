// A line of the last minutes, without axes: what matters is its shape, and its last value.
import { h } from '../dom.js';

const WIDTH = 180;
const HEIGHT = 36;
const SPAN_MS = 180_000;
const PAD = 2;

/**
 * Draws a field of samples.
 *
 * @param samples with `at` and the field; a hole breaks the line
 * @param low, high what the scale reaches at least
 * @param label says what is drawn, for those who hear the page
 */
export function sparkline(samples, field, { low = 0, high = 1e-9, label, kind = '' }) {
  const values = samples.map((one) => one[field]).filter((value) => typeof value === 'number');
  const bottom = Math.min(low, ...values);
  const top = Math.max(high, ...values);
  const end = samples.at(-1)?.at ?? 0;
  const x = (at) => PAD + (1 - (end - at) / SPAN_MS) * (WIDTH - 2 * PAD);
  const y = (value) =>
    HEIGHT - PAD - ((value - bottom) / (top - bottom || 1)) * (HEIGHT - 2 * PAD);
  let path = '';
  let pen = 'M';
  let first = null;
  let last = null;
  for (const one of samples) {
    if (typeof one[field] !== 'number' || end - one.at > SPAN_MS) {
      pen = 'M';
      continue;
    }
    path += `${pen}${x(one.at).toFixed(1)} ${y(one[field]).toFixed(1)}`;
    first ??= one;
    last = one;
    pen = 'L';
  }
  return h('svg',
    {
      class: `spark ${kind}`,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': label,
    },
    h('path', { class: 'base', d: `M0 ${HEIGHT - 1}H${WIDTH}` }),
    last && h('path', {
      class: 'under',
      d: `${path.replaceAll('M', 'L').replace('L', 'M')}L${x(last.at).toFixed(1)} ${HEIGHT}` +
        `L${x(first.at).toFixed(1)} ${HEIGHT}Z`,
    }),
    h('path', { class: 'line', d: path }));
}
