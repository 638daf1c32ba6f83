// How full something is, as a bar with its number beside it.
import { h } from '../dom.js';

/** @param share 0 to 1; above `warn` the bar takes the colour of a warning */
export function meter(share, text, label, warn = 0.85) {
  const held = Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0));
  return h('span', { class: 'meter' },
    h('span',
      {
        class: `bar ${held > warn ? 'warn' : ''}`,
        role: 'meter',
        'aria-label': label,
        'aria-valuenow': Math.round(held * 100),
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        'aria-valuetext': text,
      },
      h('span', { style: { width: `${(held * 100).toFixed(1)}%` } })),
    h('span', { class: 'num' }, text));
}
