// The cloth: what the last minute and a half was like, woven. Each service is a thread across, each
// second a thread down; where they cross, colour says how calls fared and strength how many came.
import { h } from '../dom.js';
import { percent, rate } from '../format.js';
import { judgeSuccess } from '../model/health.js';

const COLUMNS = 90;
const STEP = 8;
const ROW = 18;
const SECOND_MS = 1_000;

/** Draws the threads of services, as [name, samples], the newest second at the right. */
export function cloth(threads) {
  const now = Math.max(0, ...threads.map(([, samples]) => samples.at(-1)?.at ?? 0));
  const last = Math.floor(now / SECOND_MS);
  return h('div', { class: 'cloth' }, threads.map(([name, samples], row) =>
    h('div', { class: 'thread', key: name },
      h('a', { href: `#/services/${encodeURIComponent(name)}` }, name),
      h('svg',
        {
          viewBox: `0 0 ${COLUMNS * STEP} ${ROW}`,
          preserveAspectRatio: 'none',
          role: 'img',
          'aria-label': said(name, samples),
        },
        stitches(samples, row, last)))));
}

function said(name, samples) {
  const seen = samples.filter((one) => typeof one.success === 'number');
  const low = seen.length > 0 ? Math.min(...seen.map((one) => one.success)) : null;
  const latest = samples.at(-1);
  return `${name}: now ${rate(latest?.perSecond)}, lowest success lately ${percent(low)}`;
}

function stitches(samples, row, last) {
  const bySecond = new Map();
  for (const one of samples) {
    if (!one.hole) {
      bySecond.set(Math.floor(one.at / SECOND_MS), one);
    }
  }
  const most = Math.max(1e-9, ...samples.map((one) => one.perSecond ?? 0));
  const stitched = [];
  for (let column = 0; column < COLUMNS; column++) {
    const second = last - COLUMNS + 1 + column;
    // Two stats may fall into one second and none into the next.
    const between = bySecond.has(second + 1) ? bySecond.get(second - 1) : null;
    const one = bySecond.get(second) ?? between;
    stitched.push(stitch(one, column, (second + row) % 2 === 0, most));
  }
  return stitched;
}

/** One crossing: the thread across lies over the other, or under it. */
function stitch(one, column, over, most) {
  const kind = !one ? 'bare' : one.perSecond > 0 ? judgeSuccess(one.success).toLowerCase() : 'idle';
  const thickness = over ? ROW - 4 : ROW - 8;
  return h('rect', {
    class: `${kind} ${over ? 'over' : 'under'}`,
    x: column * STEP + (over ? 0 : 1),
    y: (ROW - thickness) / 2,
    width: over ? STEP : STEP - 2,
    height: thickness,
    rx: over ? 3 : 1,
    style: one?.perSecond > 0
      ? { '--strength': (0.45 + 0.55 * Math.sqrt(one.perSecond / most)).toFixed(2) }
      : {},
  });
}
