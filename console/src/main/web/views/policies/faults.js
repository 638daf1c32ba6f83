// Faults on purpose: those that are injected, and one more.
import { h } from '../../dom.js';
import {
  faultsOf, operationsOf, servicesOf, withFault, withoutFault,
} from '../../model/policytext.js';
import { tag } from '../../parts/badge.js';
import { choice, text } from '../../parts/field.js';

const ABORTS = [['', 'no failure'], ['not-sent', 'not sent'], 'rejected', 'unknown'];

export function openFaults(app, change, place) {
  const wanted = {
    service: place.query.get('service') ?? '',
    operation: '',
    percent: '10',
    delay: '100ms',
    abort: '',
  };

  function set(name, value) {
    wanted[name] = value;
    if (name === 'service') {
      wanted.operation = '';
    }
    app.redraw();
  }

  async function inject(event) {
    event.preventDefault();
    const path = pathOf(wanted.service, wanted.operation);
    const of = wanted.operation || wanted.service;
    const fault = { ...wanted, percent: `${wanted.percent}%` };
    try {
      await change(withFault(app.picture.policies.text, path, fault), {
        what: `Let calls of ${of} meet a fault`,
        says: [
          `${wanted.percent} % of the calls of ${of}, real ones among them, `
            + `${meets(wanted)}.`,
          'Retries do not hide it: whoever calls, feels it.',
        ],
        action: 'Inject it',
      });
    } catch (e) {
      app.failed('The text cannot be changed here; edit it in Text', e);
    }
  }

  async function remove(path, at, of) {
    try {
      await change(withoutFault(app.picture.policies.text, path, at), {
        what: `Take back a fault of ${of}`,
        says: [`Calls of ${of} no longer meet this fault.`],
        action: 'Take it back',
      });
    } catch (e) {
      app.failed('The text cannot be changed here; edit it in Text', e);
    }
  }

  return {
    render: (present) => h('div', { class: 'columns' },
      h('section', { class: 'sheet', key: 'present' },
        h('h2', null, 'Injected now'), list(present.text, remove)),
      h('section', { class: 'sheet', key: 'new' },
        h('h2', null, 'Inject one'), form(app.picture, wanted, set, inject))),
  };
}

function pathOf(service, operation) {
  return operation ? ['services', service, 'operations', operation] : ['services', service];
}

function meets({ delay, abort }) {
  const parts = [];
  if (delay) {
    parts.push(`begin ${delay} later`);
  }
  if (abort) {
    parts.push(`fail with "${abort}"`);
  }
  return parts.join(' and then ');
}

function written(policies) {
  const all = [];
  for (const service of servicesOf(policies)) {
    for (const operation of ['', ...operationsOf(policies, service)]) {
      const path = pathOf(service, operation);
      faultsOf(policies, path).forEach((fault, at) =>
        all.push({ ...fault, path, at, of: operation || service }));
    }
  }
  return all;
}

function list(policies, remove) {
  let all;
  try {
    all = written(policies);
  } catch (e) {
    return h('p', null, `They are to be read in the text: ${e.message}.`);
  }
  if (all.length === 0) {
    return h('p', { class: 'quiet' }, 'None.');
  }
  return h('ul', { class: 'lines' }, all.map((fault) =>
    h('li', { key: `${fault.of} ${fault.at}` },
      h('strong', null, fault.of),
      tag(fault.percent, 'warn'),
      fault.delay && tag(`delay ${fault.delay}`),
      fault.abort && tag(`abort ${fault.abort}`, 'fail'),
      fault.match && Object.entries(fault.match).map(([name, value]) => tag(`${name}: ${value}`)),
      h('button', { onclick: () => remove(fault.path, fault.at, fault.of) }, 'Take it back'))));
}

function form(picture, wanted, set, inject) {
  const services = picture.services.map((service) => service.service);
  const operations = picture.service(wanted.service)?.operations.map((one) => one.operation) ?? [];
  const percent = Number(wanted.percent);
  const fits = percent > 0 && percent <= 100;
  const ready = wanted.service && fits && (wanted.delay || wanted.abort);
  return h('form', { class: 'stack', onsubmit: inject },
    choice('Service', wanted.service, [['', 'choose'], ...services], (v) => set('service', v)),
    choice('Operation', wanted.operation, [['', 'all of it'], ...operations],
      (v) => set('operation', v), { disabled: operations.length === 0 }),
    text('Percent of calls', wanted.percent, (v) => set('percent', v), { inputmode: 'decimal' }),
    text('Delay, as 100ms or 2s; empty for none', wanted.delay, (v) => set('delay', v)),
    choice('Then fail with', wanted.abort, ABORTS, (v) => set('abort', v)),
    !fits && h('p', { class: 'problem' },
      `percent: ${wanted.percent || 'nothing'} (expected: more than 0, at most 100)`),
    h('div', { class: 'buttons' },
      h('button', { class: 'main', disabled: !ready }, 'See what it changes')));
}
