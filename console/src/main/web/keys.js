// Keys that are shorter than the way with the mouse. They can be switched off, for those whose
// speech or switch types letters (WCAG 2.1.4), and never count while something is written.
import { h } from './dom.js';
import { open } from './parts/dialog.js';
import { go } from './router.js';
import { VIEWS } from './views.js';

const OFF = 'weft.keys.off';
const ACTIONS = [
  ['t', 'Light or dark', (app) => app.theme()],
  ['/', 'To the first filter of the view', () => focusFilter()],
  ['p', 'Pause or go on, where calls are shown', () => press('[data-key=p]')],
  ['?', 'This list', () => help()],
];

/** Listens for the keys. */
export function listen(app) {
  app.theme = flipTheme;
  app.help = help;
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) {
      return;
    }
    if (localStorage.getItem(OFF) || document.querySelector('dialog')) {
      return;
    }
    const view = VIEWS.find((each) => each.key === event.key);
    const action = ACTIONS.find(([key]) => key === event.key);
    if (view || action) {
      event.preventDefault();
      view ? go(view.name) : action[2](app);
    }
  });
}

function writes(element) {
  return element.matches?.('input:not([type=range]), textarea, select, [contenteditable]');
}

function focusFilter() {
  document.querySelector('main input, main select')?.focus();
}

function press(selector) {
  document.querySelector(selector)?.click();
}

function flipTheme() {
  const root = document.documentElement;
  const dark = getComputedStyle(root).colorScheme === 'dark'
    || (root.dataset.theme === undefined && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'light' : 'dark';
  localStorage.setItem('weft.theme', root.dataset.theme);
}

function help() {
  return open('Keys', (close, redraw) => [
    h('dl', { class: 'keys' },
      [...VIEWS.map((view) => [view.key, view.title]), ...ACTIONS].map(([key, what]) =>
        h('div', null, h('dt', null, h('kbd', null, key)), h('dd', null, what)))),
    h('label', { class: 'check' },
      h('input', {
        type: 'checkbox',
        checked: !localStorage.getItem(OFF),
        onchange: (event) => {
          if (event.target.checked) {
            localStorage.removeItem(OFF);
          } else {
            localStorage.setItem(OFF, '1');
          }
          redraw();
        },
      }),
      'Use these keys'),
    h('div', { class: 'buttons' },
      h('button', { class: 'main', autofocus: true, onclick: () => close(null) }, 'Close')),
  ]);
}
