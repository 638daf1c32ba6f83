// Dialogs over the page: one at a time, the browser's own, so that focus and Escape are its matter.
import { h, patch } from '../dom.js';
import { text } from './field.js';

/**
 * Opens a dialog and resolves to what it was closed with; null when it was dismissed.
 *
 * @param body describes what it holds; called with `close(value)` and `redraw()`
 */
export function open(title, body, { wide = false } = {}) {
  return new Promise((resolve) => {
    const element = document.createElement('dialog');
    element.className = wide ? 'wide' : '';
    element.setAttribute('aria-labelledby', 'dialog-title');
    let value = null;
    const close = (given) => {
      value = given;
      element.close();
    };
    const redraw = () =>
      patch(element,
        h('h2', { id: 'dialog-title', key: 'title' }, title),
        h('div', { class: 'body', key: 'body' }, body(close, redraw)));
    element.addEventListener('close', () => {
      element.remove();
      resolve(value);
    });
    redraw();
    document.body.append(element);
    element.showModal();
    (element.querySelector('[autofocus]') ?? element).focus();
  });
}

/**
 * Asks before what can hurt: says what will happen, and does nothing unless told to.
 *
 * @param api knows who asks, or is told
 * @param says what will happen, a sentence each
 * @param action the words on the button that does it
 * @param shows more to look at, such as a difference
 * @return whether to do it
 */
export async function confirm(api, { title, says, action, danger = true, shows = null }) {
  const answer = await open(title, (close, redraw) => [
    h('ul', { class: 'says' }, says.map((line) => h('li', null, line))),
    shows,
    api.known
      ? h('p', { class: 'quiet' }, 'It is written to the audit log with your name and the time.')
      : text('Your name, for the audit log', api.name, (name) => {
        api.name = name;
        redraw();
      }),
    h('div', { class: 'buttons' },
      h('button', { autofocus: true, onclick: () => close(null) }, 'Leave it as it is'),
      h('button', { class: danger ? 'danger' : 'main', onclick: () => close(true) }, action)),
  ], { wide: shows !== null });
  return answer === true;
}

/**
 * Asks for the token of an operator; null when there is none.
 *
 * @param refused why the one that was given was not taken; null when none was
 */
export function askToken(refused) {
  let given = '';
  return open('A token is wanted', (close, redraw) => [
    refused && h('p', { class: 'problem', role: 'alert' },
      `The token that you gave was not taken: ${refused}.`),
    h('p', null, 'This node asks who you are, as its admin port is not on loopback alone. Give the '
      + 'token of an operator; ', h('code', null, 'scripts/weft token'), ' prints one.'),
    h('form',
      {
        onsubmit: (event) => {
          event.preventDefault();
          close(given.trim() || null);
        },
      },
      h('label', null, 'Token',
        h('input', {
          type: 'password',
          autofocus: true,
          autocomplete: 'off',
          spellcheck: 'false',
          value: given,
          oninput: (event) => {
            given = event.target.value;
            redraw();
          },
        })),
      h('p', { class: 'quiet' }, 'It is kept in this tab only, and forgotten when that is closed.'),
      h('div', { class: 'buttons' },
        h('button', { type: 'button', onclick: () => close(null) }, 'Go on without'),
        h('button', { class: 'main', disabled: given.trim() === '' }, 'Use it'))),
  ]);
}
