// The checks of the doctor: invariants of the site, each with the fix beside the fault.
import { h } from '../dom.js';
import { moment } from '../format.js';
import { badge } from '../parts/badge.js';
import { checks, passed } from '../parts/checks.js';

const ORDER = { FAIL: 0, WARN: 1, PASS: 2 };

export function doctor(app) {
  let asking = false;

  async function ask() {
    asking = true;
    app.redraw();
    await app.picture.refresh('doctor');
    asking = false;
    app.redraw();
  }

  return {
    render() {
      const { doctor: found, doctorFailure: failure } = app.picture;
      const sorted = [...(found?.checks ?? [])].sort((a, b) => ORDER[a.status] - ORDER[b.status]);
      const well = sorted.filter((check) => check.status === 'PASS');
      const wrong = sorted.filter((check) => check.status !== 'PASS');
      return [
        h('div', { class: 'bar', key: 'bar' },
          h('button', { class: 'main', disabled: asking, onclick: ask },
            asking ? 'Checking' : 'Check now'),
          found && badge(found.worst),
          found && h('span', { class: 'quiet' }, `as of ${moment(found.at)}`),
          h('span', { class: 'spacer' }),
          h('span', { class: 'quiet' }, 'in a terminal: ', h('code', null, 'scripts/weft doctor'))),
        failure && h('p', { class: 'problem', key: 'failure', role: 'alert' },
          `The doctor could not be asked: ${failure.message}`),
        wrong.length > 0 && h('section', { class: 'sheet', key: 'wrong' },
          h('h2', null, 'To be mended'), checks(wrong)),
        well.length > 0 && h('section', { class: 'sheet', key: 'well' },
          h('h2', null, wrong.length > 0 ? 'As it should be' : 'All is as it should be'),
          passed(well)),
      ];
    },
  };
}
