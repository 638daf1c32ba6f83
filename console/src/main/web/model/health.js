// Whether what is measured is well: one judgement, wherever it is shown.
//
// A judgement is { state, whys }: PASS, WARN or FAIL, and each reason as a sentence.
import { bytes, micros, millis, percent } from '../format.js';

/** Below it a service fails its callers. */
export const SUCCESS_FAIL = 0.95;
/** Below it something is wrong. */
export const SUCCESS_WARN = 0.999;
/** The share of the heap above which a node may soon stand still. */
export const HEAP_WARN = 0.85;
/** The longest delay of an event loop in the window above which calls are late, as for W0202. */
export const LOOP_DELAY_WARN_MS = 250;

const ORDER = ['PASS', 'WARN', 'FAIL'];

/** The worst of several states. */
export function worst(states) {
  return states.reduce((a, b) => (ORDER.indexOf(b) > ORDER.indexOf(a) ? b : a), 'PASS');
}

/** The judgement of what holds among reasons, each [holds, state, why]. */
export function judged(reasons) {
  const met = reasons.filter(([holds]) => holds);
  return { state: worst(met.map(([, state]) => state)), whys: met.map(([, , why]) => why) };
}

export function judgeSuccess(success) {
  if (success === null || success === undefined || success >= SUCCESS_WARN) {
    return 'PASS';
  }
  return success < SUCCESS_FAIL ? 'FAIL' : 'WARN';
}

/** The instances of a service that do its work here. */
export function local(service) {
  return service.instanceStats.filter((one) => !one.site);
}

/** Those that stand for another site, where what they are asked is done. */
export function standIns(service) {
  return service.instanceStats.filter((one) => one.site);
}

export function judgeService(service) {
  const here = local(service);
  const open = here.filter((one) => one.breaker === 'OPEN');
  const elsewhere = standIns(service);
  const success = judgeSuccess(service.perSecond > 0 ? service.success : 1);
  return judged([
    [service.instances === 0 && elsewhere.length === 0, 'FAIL', 'no instance serves it'],
    [success !== 'PASS', success, `${percent(service.success)} of calls succeed`],
    [
      open.length > 0,
      open.length === here.length ? 'FAIL' : 'WARN',
      `left out by breakers: ${open.map((one) => one.node).join(', ')}`,
    ],
  ]);
}

/** Judges a node among all nodes; one that is gone has `lostAt`. */
export function judgeNode(node, epoch) {
  if (node.lostAt !== undefined) {
    const why = node.silent ? 'did not answer within 1 s' : 'gone: it was here and answers no more';
    return { state: 'FAIL', whys: [why] };
  }
  const heap = node.heapUsedBytes / node.heapMaxBytes;
  return judged([
    [node.draining, 'WARN', 'draining: it takes no new calls'],
    [!node.draining && node.state !== 'SERVING', 'WARN', `state ${node.state}`],
    [heap > HEAP_WARN, 'WARN', `heap ${percent(heap)} of ${bytes(node.heapMaxBytes)}`],
    [
      node.loopDelayMaxMillis > LOOP_DELAY_WARN_MS,
      'WARN',
      `an event loop was late by ${millis(node.loopDelayMaxMillis)}`,
    ],
    [node.epoch < epoch, 'WARN', `epoch ${node.epoch}, site has ${epoch}`],
  ]);
}

/** Says a service's golden signals in one sentence, for those who hear the page. */
export function spoken(service) {
  return (
    `${service.service}: ${Math.round(service.perSecond)} calls per second, ` +
    `${percent(service.success)} succeed, 99th percentile ${micros(service.p99Micros)}`
  );
}
