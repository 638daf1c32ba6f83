// The site's policies: who goes by which epoch, splits by slider, faults on purpose, the text.
//
// Every change is one of the text: checked by the node, shown as a difference, made for the epoch
// that was looked at. Who comes second is told who was first, and loses nothing.
import { h } from '../dom.js';
import { moment } from '../format.js';
import { badge, tag } from '../parts/badge.js';
import { difference } from '../parts/diff.js';
import { tabs } from '../parts/field.js';
import { openEditor } from './policies/editor.js';
import { openFaults } from './policies/faults.js';
import { openHistory } from './policies/history.js';
import { openSplits } from './policies/splits.js';
import { to } from '../router.js';

const PARTS = [
  ['splits', 'Splits', openSplits],
  ['faults', 'Faults', openFaults],
  ['text', 'Text', openEditor],
  ['history', 'History', openHistory],
];
const CONFLICTS = [409, 412];
/** How policies came to count, in words. */
const HOWS = {
  file: (node) => `from the file of ${node}`,
  'built in': () => 'what is built in',
};
const STATES = { current: 'PASS', behind: 'WARN', ahead: 'WARN', lost: 'FAIL' };

export function policies(app, place) {
  let name = place.query.get('part') ?? 'splits';
  let conflict = null;

  /**
   * Makes a text count, if the operator still wants it when he has seen what it changes.
   *
   * @param says what it means, a sentence each
   * @return whether it counts
   */
  async function change(text, { what, says, action }) {
    const present = app.picture.policies;
    const sure = await app.confirm({
      title: what,
      says: [...says, `It counts on every node at once, as epoch ${present.epoch + 1}.`],
      action,
      shows: difference(present.text, text),
    });
    return sure && apply(text, present, what);
  }

  async function apply(text, present, what) {
    try {
      const query = new URLSearchParams({ expect: present.epoch, name: 'console' });
      const done = await app.api.post(`/v1/policies?${query}`, text, {
        headers: { 'If-Match': `"${present.epoch}"` },
      });
      app.said(done.acknowledged === false
        ? `Epoch ${done.epoch} counts, but not on every node yet.`
        : `Epoch ${done.epoch} counts on every node, after ${done.tookMillis ?? 0} ms.`);
      await app.picture.refresh('policies');
      return true;
    } catch (failure) {
      if (CONFLICTS.includes(failure.status)) {
        await app.picture.refresh('policies');
        conflict = { mine: text, base: present, what, failure };
        app.redraw();
      } else {
        app.failed(what, failure);
      }
      return false;
    }
  }

  const parts = Object.fromEntries(
    PARTS.map(([key, , open]) => [key, open(app, change, place)]));

  function show(next) {
    name = next;
    history.replaceState(null, '', to('policies', [], { part: next }));
    app.redraw();
  }

  function resolve(takeMine) {
    const { mine } = conflict;
    conflict = null;
    if (takeMine) {
      parts.text.draft(mine);
      show('text');
    } else {
      app.redraw();
    }
  }

  app.picture.refresh('policies');
  return {
    leave: () => Object.values(parts).forEach((part) => part.leave?.()),
    render() {
      const present = app.picture.policies;
      if (!present) {
        const failure = app.picture.policiesFailure;
        return failure
          ? h('p', { class: 'problem', role: 'alert' }, failure.message)
          : h('p', { class: 'quiet' }, 'Asking what counts.');
      }
      return [
        standing(present),
        conflict && conflicted(conflict, present, resolve),
        tabs('Policies', name, PARTS, show),
        h('div', { key: `part ${name}`, class: 'part' }, parts[name].render(present)),
      ];
    },
  };
}

/** Which epoch counts, since when and by whom; which node goes by it. */
function standing(present) {
  return h('section', { class: 'sheet epoch', key: 'standing' },
    h('p', null,
      h('strong', { class: 'big' }, `Epoch ${present.epoch}`), ' ',
      h('span', { class: 'quiet' },
        HOWS[present.how]?.(present.by) ?? `${present.how ?? ''} at ${present.by ?? 'no node'}`,
        present.at ? `, ${moment(present.at)}` : '', ' · ',
        h('code', null, String(present.digest ?? '').slice(0, 12)))),
    h('ul', { class: 'chips', 'aria-label': 'Nodes and their epochs' },
      (present.nodes ?? []).map((node) => {
        const state = STATES[node.state] ?? 'NONE';
        return h('li', { key: node.node, class: state.toLowerCase() },
          badge(state, `${node.node}: ${node.state === 'current'
            ? 'goes by it' : `${node.state}, epoch ${node.epoch}`}`),
          node.refused && h('p', null, node.refused));
      })),
    present.behind && h('p', { class: 'problem' }, String(present.behind)));
}

function conflicted({ mine, base, what, failure }, present, resolve) {
  const who = failure.document.by ?? present.by ?? 'somebody';
  return h('section', { class: 'sheet conflict', key: 'conflict', role: 'alert' },
    h('h2', null, 'Somebody else was first'),
    h('p', null, `"${what}" was made for epoch ${base.epoch}. Meanwhile ${who} made epoch `
      + `${present.epoch}${present.at ? ` (${moment(present.at)})` : ''}. `
      + 'Nothing of yours was applied.'),
    h('h3', null, 'What they changed'),
    difference(base.text, present.text),
    h('h3', null, 'What you wanted, beside what counts now'),
    difference(present.text, mine),
    h('p', { class: 'quiet' },
      'If your text takes back what they did, the lines with a minus show it.'),
    h('div', { class: 'buttons' },
      h('button', { onclick: () => resolve(false) }, 'Leave theirs'),
      h('button', { class: 'main', onclick: () => resolve(true) }, 'Edit mine on top of theirs'),
      tag(`epoch ${base.epoch} → ${present.epoch}`)));
}
