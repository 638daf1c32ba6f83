// How this site and those that it is linked to stand: one judgement, wherever it is shown.
import { count, several, span } from '../format.js';
import { judged, worst } from './health.js';

/** Past this age what is said of the links is old: they are told every two seconds. */
export const LINKS_STALE_MS = 6_000;
/** An order that waits for longer while the link is there wants a look, as for W0604. */
export const JOURNAL_WAIT_WARN_S = 60;
/** A clock that is further off wants a look, as for W0602. */
export const CLOCK_OFF_WARN_MS = 30_000;

/** What a state is to whoever looks: its mark, and its word. */
const STATES = {
  SERVING: ['PASS', () => 'serving'],
  CUT_OFF: ['WARN', (age) => `cut off for ${age}`],
  DEAD: ['FAIL', (age) => `dead: cut off for ${age}`],
  INVITED: ['NONE', () => 'invited'],
  REVOKED: ['NONE', () => 'revoked'],
};
/** Those that nobody expects a link of. */
const UNLINKED = new Set(['INVITED', 'REVOKED']);
const ORDER = ['FAIL', 'WARN', 'PASS', 'NONE'];

/** Whether a link to a site is expected. */
export function linked(link) {
  return !UNLINKED.has(link.state);
}

/** The mark and the words of a site's state; `now` in milliseconds. */
export function standing(link, now) {
  const [mark, says] = STATES[link.state] ?? ['NONE', () => String(link.state).toLowerCase()];
  return { mark, says: says(span(now - Date.parse(link.since))) };
}

/** Judges what a site at the edge has to bring to its hub; null where that is not known. */
export function judgeJournal(edge, up) {
  const waits = edge?.journalOrders ?? 0;
  const disputed = edge?.journalDisputed ?? 0;
  return judged([
    [disputed > 0, 'WARN', `${several(disputed, 'order')} in dispute`],
    [
      up && waits > 0 && edge.journalOldestSeconds > JOURNAL_WAIT_WARN_S,
      'WARN',
      `${several(waits, 'order')} ${waits === 1 ? 'waits' : 'wait'} although the link is there`,
    ],
  ]);
}

/** Judges a site that this one is linked to. */
export function judgeLink(link, now) {
  const { mark } = standing(link, now);
  if (!linked(link)) {
    return { state: 'NONE', whys: [] };
  }
  const serves = link.state === 'SERVING';
  const journal = judgeJournal(link.edge, serves && steady(link, now));
  const off = link.clockOffMillis ?? 0;
  const own = judged([
    [mark !== 'PASS', mark, link.state === 'DEAD'
      ? 'bring it back, or give it up: weft site revoke' : 'nothing is heard of it'],
    [
      serves && Math.abs(off) > CLOCK_OFF_WARN_MS,
      'WARN',
      `its clock is ${offset(off)}`,
    ],
    [
      serves && link.policies && link.policies.state !== 'CURRENT',
      'WARN',
      `it does not go by its hub's policies${link.policies?.why ? `: ${link.policies.why}` : ''}`,
    ],
  ]);
  return { state: worst([own.state, journal.state]), whys: [...own.whys, ...journal.whys] };
}

/** Whether a link has been there for so long that what waited should have gone. */
function steady(link, now) {
  return now - Date.parse(link.since) > JOURNAL_WAIT_WARN_S * 1_000;
}

/** How far a clock is off, in words. */
export function offset(offMillis) {
  const seconds = Math.round(Math.abs(offMillis) / 1_000);
  return seconds === 0 ? 'right' : `${span(seconds * 1_000)} ${offMillis < 0 ? 'behind' : 'ahead'}`;
}

/** Whose policies the edge of a link goes by, in words. */
export function policies(followed) {
  if (!followed) {
    return 'own';
  }
  return followed.state === 'CURRENT'
    ? `hub's ${count(followed.takenEpoch)}`
    : `hub's ${count(followed.takenEpoch)} of ${count(followed.hubEpoch)}, ${
      String(followed.state).toLowerCase()}`;
}

/** What waits in a journal, in words. */
export function backlog(edge) {
  const waits = edge?.journalOrders;
  if (waits === undefined || waits === null) {
    return '–';
  }
  const disputed = edge.journalDisputed > 0 ? `, ${count(edge.journalDisputed)} disputed` : '';
  return waits === 0
    ? `empty${disputed}`
    : `${several(waits, 'order')}, oldest ${span(edge.journalOldestSeconds * 1_000)}${disputed}`;
}

/** The sites in the order in which they want a look, those alike by their names. */
export function ranked(links, now) {
  const rank = (link) => ORDER.indexOf(judgeLink(link, now).state);
  return [...links].sort((a, b) =>
    rank(a) - rank(b) || a.site.localeCompare(b.site, 'en', { numeric: true }));
}

/** The worst of all sites and of the journal here. */
export function judgeSites(list, now) {
  const links = list.sites.map((link) => judgeLink(link, now).state);
  const up = list.sites.some((link) => link.state === 'SERVING' && steady(link, now));
  return worst([...links.filter((state) => state !== 'NONE'), judgeJournal(list.edge, up).state]);
}
