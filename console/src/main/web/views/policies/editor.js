// The text of the policies: the node checks it while it is written; the difference is beside it.
import { h } from '../../dom.js';
import { several } from '../../format.js';
import { difference } from '../../parts/diff.js';

const SETTLE_MS = 400;
const LINE = /^[^:]*:(\d+): (.*)$/s;

export function openEditor(app, change) {
  let draft = null;
  let checked = null;
  let settling;
  let turn = 0;

  /** Has the node check a text; what comes back late, for a text since changed, is dropped. */
  async function check() {
    const mine = ++turn;
    let verdict;
    try {
      await app.api.post('/v1/policies?dry-run&name=draft', draft);
      verdict = { faults: [] };
    } catch (failure) {
      verdict = failure.status === 400
        ? { faults: failure.faults.length > 0 ? failure.faults : [failure.message] }
        : { faults: [], unknown: failure.message };
    }
    if (mine === turn) {
      checked = verdict;
      app.redraw();
    }
  }

  function write(text) {
    draft = text;
    checked = null;
    clearTimeout(settling);
    settling = setTimeout(check, SETTLE_MS);
    app.redraw();
  }

  function forget() {
    clearTimeout(settling);
    turn++;
    draft = null;
    checked = null;
    app.redraw();
  }

  async function apply() {
    const done = await change(draft, {
      what: 'Apply the text',
      says: ['The whole text counts in place of what counted before.'],
      action: 'Apply it',
    });
    if (done) {
      forget();
    }
  }

  return {
    draft: write,
    leave: () => clearTimeout(settling),
    render: (present) => {
      const changed = draft !== null && draft !== present.text;
      return h('div', { class: 'editor' },
        h('section', { class: 'sheet', key: 'text' },
          h('label', { for: 'policy-text' }, 'Text of the policies'),
          h('textarea', {
            id: 'policy-text',
            spellcheck: 'false',
            autocapitalize: 'off',
            rows: 24,
            value: draft ?? present.text,
            'aria-describedby': 'policy-verdict',
            'aria-invalid': String(Boolean(checked && checked.faults.length > 0)),
            oninput: (event) => write(event.target.value),
          }),
          h('div', { class: 'buttons' },
            h('button', { disabled: !changed, onclick: forget }, 'Back to what counts'),
            h('button', {
              class: 'main',
              disabled: !changed || checked === null || checked.faults.length > 0,
              onclick: apply,
            }, 'See it once more, and apply'))),
        h('section', { class: 'sheet', key: 'beside' },
          h('h2', null, 'What the node says'),
          h('div', { id: 'policy-verdict', role: 'status' }, verdict(changed, checked)),
          h('h2', null, 'What it changes'),
          difference(present.text, draft ?? present.text)));
    },
  };
}

function verdict(changed, checked) {
  if (!changed) {
    return h('p', { class: 'quiet' }, 'This is what counts.');
  }
  if (checked === null) {
    return h('p', { class: 'quiet' }, 'Checking.');
  }
  if (checked.unknown) {
    return h('p', { class: 'problem' }, `It could not be checked: ${checked.unknown}`);
  }
  if (checked.faults.length === 0) {
    return h('p', { class: 'good' }, 'It is right.');
  }
  return [
    h('p', { class: 'problem' }, several(checked.faults.length, 'fault')),
    h('ul', { class: 'faults' },
      checked.faults.map((fault) => h('li', { key: fault }, told(fault)))),
  ];
}

/** A fault whose line is known leads there. */
function told(fault) {
  const found = LINE.exec(fault);
  if (!found) {
    return fault;
  }
  return [
    h('button', { class: 'plain', onclick: () => goToLine(Number(found[1])) }, `line ${found[1]}`),
    ' ', found[2],
  ];
}

function goToLine(number) {
  const area = document.getElementById('policy-text');
  const lines = area.value.split('\n');
  const from = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
  area.focus();
  area.setSelectionRange(from, from + (lines[number - 1]?.length ?? 0));
  area.scrollTop = (area.scrollHeight / lines.length) * (number - 4);
}
