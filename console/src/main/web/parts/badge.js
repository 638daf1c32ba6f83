// Small marks: the state of something, in colour, shape and word: colour alone says nothing.
import { h } from '../dom.js';

const SHAPES = { PASS: '●', WARN: '▲', FAIL: '■', NONE: '○' };
const WORDS = { PASS: 'well', WARN: 'look', FAIL: 'failing', NONE: 'unknown' };

/** A state with its word; `says` replaces the word. */
export function badge(state, says) {
  return h('span', { class: `badge ${state.toLowerCase()}` },
    h('span', { class: 'shape', 'aria-hidden': 'true' }, SHAPES[state]),
    says ?? WORDS[state]);
}

/** A word in a frame, as for draining, split or lock. */
export function tag(text, kind, title) {
  return h('span', { class: `tag ${kind ?? ''}`, title }, text);
}

/** What a judgement found wrong, each reason on a line. */
export function reasons({ state, whys }) {
  return whys.length > 0 && h('ul', { class: `reasons ${state.toLowerCase()}` },
    whys.map((why) => h('li', { key: why }, why)));
}
