// Labelled inputs.
import { h } from '../dom.js';

/** A text with its label; `change` is called with each value. */
export function text(label, value, change, props = {}) {
  return h('label', { class: 'field' }, label,
    h('input', {
      type: 'text',
      autocomplete: 'off',
      spellcheck: 'false',
      value,
      oninput: (event) => change(event.target.value),
      ...props,
    }));
}

/** One of several; `options` are values, or pairs of a value and its words. */
export function choice(label, value, options, change, props = {}) {
  return h('label', { class: 'field' }, label,
    h('select', { value, onchange: (event) => change(event.target.value), ...props },
      options.map((option) => {
        const [key, words] = Array.isArray(option) ? option : [option, option];
        return h('option', { value: key, key: `option ${key}` }, words);
      })));
}

/** A share between two ends, with its number; the browser's own slider, so keys move it too. */
export function slider(label, value, change, { min = 0, max = 100, unit = '%' } = {}) {
  return h('label', { class: 'field slider' },
    h('span', null, label),
    h('input', {
      type: 'range',
      min,
      max,
      step: 1,
      value: String(value),
      'aria-valuetext': `${value} ${unit}`,
      style: { '--share': `${((value - min) / (max - min)) * 100}%` },
      oninput: (event) => change(Number(event.target.value)),
    }),
    h('output', null, `${value} ${unit}`));
}

/** Tabs as buttons that say which of them is pressed. */
export function tabs(label, value, options, change) {
  return h('div', { class: 'tabs', role: 'group', 'aria-label': label },
    options.map(([key, words]) =>
      h('button',
        { key: `tab ${key}`, 'aria-pressed': String(key === value), onclick: () => change(key) },
        words)));
}
