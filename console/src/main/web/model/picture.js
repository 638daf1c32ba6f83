// The picture of the site: what the stream of the admin API says, how old that is, and what was.
//
// A node that has gone stays in it as lost for a while: what vanishes without a word goes unnoticed.
import { follow } from '../events.js';
import { asks } from './calledges.js';
import { History } from './history.js';

const LIVE = '/v1/live';
/** The stream brings a picture every second; without one for so long it is taken for dead. */
const SILENT_MS = 5_000;
/** Past this age what is shown is said to be old. */
export const STALE_MS = 3_000;
/** After so long away, what was is no longer drawn together with what is. */
const AWAY_MS = 60_000;
const LOST_KEPT_MS = 120_000;
const DECISIONS_MAX = 256;

export class Picture {
  stat = null;
  policies = null;
  decisions = [];
  doctor = null;
  /** How this site and its links stand, and when that was read; null when it never was. */
  sites = null;
  sitesAt = null;
  history = new History();
  link = { open: false, why: 'connecting' };
  /** When the picture was true, by the browser's clock; null when there is none. */
  at = null;

  #api;
  #changed;
  #lost = new Map();
  #stop = () => {};
  #asked = new Set();

  /** @param changed called after each change */
  constructor(api, changed) {
    this.#api = api;
    this.#changed = changed;
  }

  start() {
    this.#stop = follow(this.#api, LIVE, {
      silentMillis: SILENT_MS,
      told: (event, value) => this.take(event, value),
      stood: (link) => this.#stood(link),
    });
  }

  stop() {
    this.#stop();
  }

  /** How old what is shown is, in milliseconds; infinite when there is nothing. */
  get ageMillis() {
    return this.at === null ? Infinity : Date.now() - this.at;
  }

  get stale() {
    return this.ageMillis > STALE_MS;
  }

  /** The node that is asked, as far as it is known. */
  get node() {
    return this.policies?.node ?? null;
  }

  /** The newest epoch that any node goes by. */
  get epoch() {
    return Math.max(0, ...this.nodes.map((node) => node.epoch ?? 0), this.policies?.epoch ?? 0);
  }

  /** All nodes, those that are lost among them (`lostAt`), by site, zone and name. */
  get nodes() {
    const place = (node) => `${node.site} ${node.zone} ${node.node}`;
    return [...answering(this.stat), ...this.#lost.values()].sort((a, b) =>
      place(a).localeCompare(place(b), 'en', { numeric: true }));
  }

  get services() {
    return this.stat?.services ?? [];
  }

  get edges() {
    return this.stat?.edges ?? [];
  }

  /** Whether a node serves what tells of other sites; null before it is known. */
  get hasSites() {
    return this.stat === null ? null : (this.service('sites')?.instances ?? 0) > 0;
  }

  service(name) {
    return this.services.find((service) => service.service === name);
  }

  /** Takes an event of the stream. */
  take(event, value) {
    if (event === 'stat') {
      this.#takeStat(value);
    } else if (event === 'decision') {
      this.decisions.unshift(value);
      this.decisions.splice(DECISIONS_MAX);
      if (value.kind === 'policy') {
        this.refresh('policies');
      }
    }
    this.#changed();
  }

  #takeStat(stat) {
    const now = Date.now();
    if (this.ageMillis > AWAY_MS) {
      this.history.clear();
      this.#lost.clear();
      this.stat = null;
    }
    this.#noticeLost(stat, now);
    this.stat = stat;
    this.at = now;
    this.#remember(stat, now);
    if (this.policies && this.epoch > this.policies.epoch) {
      this.refresh('policies');
    }
    if (this.sites === null && this.hasSites && !this.sitesFailure) {
      this.refresh('sites');
    }
  }

  // Lost is who was here and is not, and who is still believed to be here and does not answer.
  #noticeLost(stat, now) {
    const here = new Set(answering(stat).map((node) => node.node));
    const silent = new Set(stat.missing ?? []);
    const believed = stat.nodes.filter((node) => silent.has(node.node));
    for (const node of [...answering(this.stat), ...believed]) {
      if (!here.has(node.node) && !this.#lost.has(node.node)) {
        this.#lost.set(node.node, { ...node, lostAt: now });
      }
    }
    for (const [name, node] of this.#lost) {
      node.silent = silent.has(name);
      if (here.has(name) || (now - node.lostAt > LOST_KEPT_MS && !node.silent)) {
        this.#lost.delete(name);
      }
    }
  }

  #remember(stat, now) {
    this.history.add('all', now, overall(stat.services));
    for (const service of stat.services) {
      // Whom nobody calls, as a gateway, is seen by what he asks.
      const asked = service.perSecond > 0 ? null : asks(stat.edges, service.service);
      this.history.add(`service:${service.service}`, now, signals(asked ?? service));
    }
    for (const node of answering(stat)) {
      this.history.add(`node:${node.node}`, now, {
        heap: node.heapUsedBytes / node.heapMaxBytes,
        loopDelayMillis: node.loopDelayMaxMillis,
        cpu: node.cpu,
      });
    }
    this.history.forget(now - LOST_KEPT_MS);
  }

  // A stream that opens may do so after an hour: all that does not come with it is read anew.
  #stood(link) {
    this.link = link;
    if (link.open) {
      this.refresh('policies');
      this.refresh('doctor');
      this.refresh('decisions');
    }
    this.#changed();
  }

  /** Reads one part of the picture anew; what fails stays as it was, and is told by its state. */
  async refresh(part) {
    if (this.#asked.has(part)) {
      return;
    }
    this.#asked.add(part);
    try {
      const path = part === 'decisions' ? `/v1/decisions?limit=${DECISIONS_MAX}` : `/v1/${part}`;
      const got = await this.#api.get(path);
      this[part] = part === 'decisions' ? (got.decisions ?? []) : got;
      this[`${part}At`] = Date.now();
      this[`${part}Failure`] = null;
    } catch (failure) {
      this[`${part}Failure`] = failure;
    } finally {
      this.#asked.delete(part);
      this.#changed();
    }
  }
}

/** The nodes that have told of themselves; the others are records of what was. */
function answering(stat) {
  const silent = new Set(stat?.missing ?? []);
  return (stat?.nodes ?? []).filter((node) => !silent.has(node.node));
}

function signals({ perSecond, success, p50Micros, p99Micros }) {
  return { perSecond, success: perSecond > 0 ? success : null, p50Micros, p99Micros };
}

/** The site as a whole: rates add up; of the 99th percentiles, which do not, the slowest. */
export function overall(services) {
  const perSecond = services.reduce((sum, service) => sum + service.perSecond, 0);
  const good = services.reduce((sum, service) => sum + service.perSecond * service.success, 0);
  const busy = services.filter((service) => service.perSecond > 0);
  return {
    perSecond,
    success: perSecond > 0 ? good / perSecond : null,
    p99Micros: busy.length > 0 ? Math.max(...busy.map((service) => service.p99Micros)) : null,
  };
}
