// A site that is made up: what the admin API would say of it, second by second, in the same shapes.
//
// It reacts as a real one does, as far as the console can tell: policies have epochs and conflicts,
// a split moves traffic, a fault makes calls fail, a killed node is missing, a drained one empties.
const VERSION = '1.0.0';
const CANARY = '1.1.0';
const POLICIES = `# Policies of services. docs/POLICIES.md has every key.
attributes:
  tenant: header X-Tenant

defaults:
  timeout: 2s
  retries:
    attemptsMax: 4
    budget: 20%

services:
  users:
    routes:                   # one call in twenty goes to the new version
      - match: {tenant: acme}
        split: {1.1.0: 100%}
      - split: {1.0.0: 95%, 1.1.0: 5%}
  orders:
    timeout: 1500ms
    operations:
      orders.place:
        retries:
          attemptsMax: 2
`;

export class Site {
  constructor({ nodes = 3, seed = 7 } = {}) {
    this.seed = seed;
    this.born = Date.now();
    this.tick = 0;
    this.hasSites = true;
    this.isEdge = false;
    this.nodes = new Map();
    for (let i = 1; i <= nodes; i++) {
      this.nodes.set(`n${i}`, {
        node: `n${i}`,
        site: i <= 3 ? 'local' : `edge-${Math.ceil((i - 3) / 3)}`,
        zone: ['a', 'b', 'c'][(i - 1) % 3],
        state: 'SERVING',
        draining: false,
        counts: { users: 1, orders: 1, routing: 1, sites: 1, ...(i === 2 && { reports: 1 }) },
        version: i === 3 ? CANARY : VERSION,
      });
    }
    this.history = [];
    this.#epoch(POLICIES, 'start', 'conf/policies.yaml');
    this.decisions = [];
    this.audit = [];
    this.sagas = new Map();
    this.#orders();
    this.decide('n1', 'node-joined', 'n1', 'took 1.9 s to be ready');
    this.decide('n2', 'ejection', 'orders on n3', 'five failures in a row, out for 5 s');
    this.decide('n2', 'return', 'orders on n3', 'its probe was answered');
    this.decide('n1', 'autoscale', 'orders', '3 → 4: 41 in flight per instance, target 30');
    this.decide('n3', 'shed', 'users.list', '12 sheddable calls refused, limit 64 reached');
  }

  /** A number from 0 to 1 that is the same for the same seed and the same question. */
  chance(...of) {
    let hash = 2166136261 ^ this.seed;
    for (const char of of.join(' ')) {
      hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
    }
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0x5bd1e995);
    return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
  }

  alive() {
    return [...this.nodes.values()].filter((node) => !node.killed);
  }

  decide(node, kind, subject, why) {
    const decision = { at: new Date().toISOString(), node, kind, subject, why };
    this.decisions.unshift(decision);
    this.decisions.splice(256);
    this.told?.('decision', decision);
    return decision;
  }

  write(who, action, subject, detail, outcome = 'done') {
    this.audit.unshift({
      at: new Date().toISOString(), who, node: 'n1', action, subject, detail, outcome });
  }

  kill(name) {
    this.nodes.get(name).killed = true;
    this.decide('n1', 'node-left', name, 'its lease ran out: no announcement for 2 s');
  }

  revive(name) {
    this.nodes.get(name).killed = false;
    this.decide('n1', 'node-joined', name, 'took 1.8 s to be ready');
  }

  drain(name, draining) {
    this.nodes.get(name).draining = draining;
    this.decide(name, 'drain', name, draining ? 'asked by an operator' : 'taken back');
  }

  scale(services, dryRun) {
    const done = [];
    for (const [service, wanted] of Object.entries(services)) {
      const hosts = this.alive();
      if (wanted > hosts.length * 64) {
        throw refused(400, 'scale.out_of_range',
          `${service}: ${wanted} instances (expected: 0 to ${hosts.length * 64} on ${hosts.length} `
            + 'nodes)');
      }
      const counts = new Map(hosts.map((node) => [node, node.counts[service] ?? 0]));
      const sum = () => [...counts.values()].reduce((a, b) => a + b, 0);
      while (sum() !== wanted) {
        const more = sum() < wanted;
        const [node] = [...counts].sort((a, b) => (more ? 1 : -1) * (a[1] - b[1]))[0];
        counts.set(node, counts.get(node) + (more ? 1 : -1));
      }
      const steps = [];
      for (const [node, to] of counts) {
        const from = node.counts[service] ?? 0;
        if (from !== to) {
          steps.push({ node: node.node, from, to });
        }
        if (!dryRun) {
          node.counts[service] = to;
        }
      }
      done.push({ service, before: sum(), after: wanted, desired: wanted, steps });
    }
    return { services: done, placements: [], tookMillis: 212, errors: 0, epoch: 2 };
  }

  // Policies

  #epoch(text, how, by) {
    this.policies = {
      epoch: (this.policies?.epoch ?? 0) + 1,
      digest: Math.floor(this.chance(text) * 2 ** 32).toString(16).padStart(16, '5'),
      how,
      textOf: (this.policies?.epoch ?? 0) + 1,
      by,
      at: new Date().toISOString(),
      text,
    };
    const { text: left, ...kept } = this.policies;
    this.history.push({ ...kept, kept: left });
  }

  showPolicies() {
    return {
      ...this.policies,
      node: 'n1',
      nodes: this.alive().map((node) => ({
        node: node.node,
        epoch: this.policies.epoch,
        digest: this.policies.digest,
        state: 'current',
      })),
      history: this.history.map(({ kept, ...each }) => each),
    };
  }

  apply(text, expected, by, dryRun) {
    const faults = [];
    text.split('\n').forEach((line, at) => {
      if (/\t/.test(line)) {
        faults.push(`policies.yaml:${at + 1}: a tab (expected: spaces)`);
      }
      const timeout = /^\s*timeout:\s*(\S+)/.exec(line);
      if (timeout && !/^[\d.]+(ms|s|min)$/.test(timeout[1])) {
        faults.push(`policies.yaml:${at + 1}: timeout: "${timeout[1]}" (expected: a duration with `
          + 'its unit (ms, s or min), 1ms to 60min)');
      }
    });
    if (faults.length > 0) {
      throw refused(400, 'policies.invalid', faults[0], {
        errors: faults.map((detail) => ({ pointer: '', detail })) });
    }
    if (dryRun) {
      return { ...this.showPolicies(), changed: text !== this.policies.text };
    }
    if (expected !== this.policies.epoch) {
      throw refused(412, 'policies.conflict',
        `epoch ${expected} does not count (expected: ${this.policies.epoch}); look and apply again`,
        { epoch: this.policies.epoch, by: this.policies.by });
    }
    this.#epoch(text, 'apply', by);
    this.decide('n1', 'policy', `epoch ${this.policies.epoch}`, `applied by ${by}`);
    return { ...this.showPolicies(), changed: true, acknowledged: true, tookMillis: 38 };
  }

  rollback(to, by) {
    const found = to === 0 ? { kept: '' } : this.history.find((each) => each.epoch === to);
    this.#epoch(found.kept, 'rollback', by);
    this.decide('n1', 'policy', `epoch ${this.policies.epoch}`, `rolled back by ${by}`);
    return { ...this.showPolicies(), changed: true, acknowledged: true, tookMillis: 41 };
  }

  /** The share of the canary, as the split in the text says; read as plainly as it is written. */
  canaryShare() {
    const found = /^\s*- split: \{1\.0\.0: \d+%, 1\.1\.0: (\d+)%\}/m.exec(this.policies.text);
    return found ? Number(found[1]) / 100 : 1 / 3;
  }

  faultShare(service) {
    const block = new RegExp(`^  ${service}:\\n((?:    .*\\n|\\n)*)`, 'm').exec(this.policies.text);
    const found = block && /percent: ([\d.]+)%.*abort/.exec(block[1]);
    return found ? Number(found[1]) / 100 : 0;
  }

  // What is measured

  /** What the service sites says: a hub with an edge in each state, or an edge with its hub. */
  links() {
    if (!this.hasSites) {
      throw refused(503, 'service.unavailable', 'no instance serves sites.list');
    }
    const ago = (seconds) => new Date(Date.now() - seconds * 1_000).toISOString();
    const link = (site, state, seconds, more = {}) => ({
      site, state, since: ago(seconds), roundTripMicros: 0, bytesSent: 0, bytesReceived: 0,
      unacknowledgedBytes: 0, nodes: 0, services: [], policyEpoch: 0, clockOffMillis: 0, ...more });
    const heard = (node, nodes, more) => ({
      node, nodes, roundTripMicros: 23_400 + this.tick * 7, bytesSent: 184_320 + this.tick * 900,
      bytesReceived: 92_160 + this.tick * 400, unacknowledgedBytes: 318, policyEpoch: 2,
      services: ['orders', 'routing', 'users'], version: VERSION, clockOffMillis: -120, ...more });
    const edge = (waiting, disputed, oldest, age) => ({
      journalOrders: waiting, journalDisputed: disputed, journalOldestSeconds: oldest,
      replicaAgeSeconds: age });
    if (this.isEdge) {
      return { self: 'local', role: 'EDGE', edge: edge(41, 2, 95, 3),
        sites: [link('cloud', 'SERVING', 200, heard('n2', 3, {}))] };
    }
    return { self: 'local', role: 'HUB', sites: [
      link('plant', 'SERVING', 7_300, heard('n1', 2, { edge: edge(0, 0, 0, 1) })),
      link('workshop', 'SERVING', 640,
        heard('n2', 1, { edge: edge(312, 1, 410, 2), clockOffMillis: 94_000 })),
      link('harbour', 'CUT_OFF', 1_860, heard('n1', 2, { edge: edge(12, 0, 15, 0),
        policies: { state: 'BEHIND', hubEpoch: 2, takenEpoch: 1, takenDigest: '' } })),
      link('mine', 'DEAD', 8.2 * 86_400, heard('n3', 3, { edge: edge(4, 0, 60, 2) })),
      link('quarry', 'INVITED', 900),
      link('old-depot', 'REVOKED', 86_400 * 40),
    ] };
  }

  unlink() {
    this.hasSites = false;
  }

  link() {
    this.hasSites = true;
  }

  edge() {
    this.isEdge = true;
  }

  hub() {
    this.isEdge = false;
  }

  stat() {
    this.tick++;
    const wave = (name, low, high) =>
      low + (high - low) * (0.5 + 0.3 * Math.sin(this.tick / 9 + name.length)
        + 0.2 * (this.chance(name, this.tick) - 0.5));
    const nodes = this.alive();
    const load = { routing: wave('routing', 130, 190), users: 0, orders: 0, reports: 3,
      ...(this.hasSites && { sites: 0 }) };
    load.orders = load.routing * 0.45;
    load.users = load.routing * 0.5 + load.orders * 0.6;
    const services = Object.entries(load).map(([name, perSecond]) =>
      this.#service(name, perSecond, nodes, wave));
    return {
      at: new Date().toISOString(),
      windowSeconds: 5,
      missing: [],
      nodes: nodes.map((node) => this.#node(node, wave)),
      services: services.filter(Boolean),
      edges: this.#edges(nodes, load, wave),
    };
  }

  #node(node, wave) {
    return {
      node: node.node,
      site: node.site,
      zone: node.zone,
      state: node.state,
      incarnation: '1',
      uptimeMillis: Date.now() - this.born + 4_000_000,
      heapUsedBytes: Math.round(wave(`heap ${node.node}`, 70, 190) * 1_048_576),
      heapMaxBytes: 384 * 1_048_576,
      residentBytes: Math.round(wave(`rss ${node.node}`, 300, 420) * 1_048_576),
      cpu: wave(`cpu ${node.node}`, 0.1, 0.5),
      loopDelayMillis: wave(`loop ${node.node}`, 0.2, 1.1),
      loopDelayMaxMillis: wave(`loopmax ${node.node}`, 2, node.node === 'n2' ? 140 : 12),
      draining: node.draining,
      epoch: this.policies.epoch,
      http: `127.0.0.1:${8079 + Number(node.node.slice(1))}`,
    };
  }

  #service(service, perSecond, nodes, wave) {
    const hosts = nodes.flatMap((node) =>
      Array.from({ length: node.counts[service] ?? 0 }, (_, at) => ({ node, at })));
    const failing = this.faultShare(service);
    const success = Math.max(0, (service === 'orders' ? 0.9994 : 1) - failing);
    const weight = ({ node }) => {
      if (node.draining) {
        return 0;
      }
      const same = hosts.filter((one) => one.node.version === node.version).length;
      const canary = service === 'users' ? this.canaryShare() : null;
      return canary === null
        ? 1 / hosts.length
        : (node.version === CANARY ? canary : 1 - canary) / same;
    };
    const all = hosts.reduce((sum, host) => sum + weight(host), 0) || 1;
    const p50 = wave(`p50 ${service}`, 700, 1_400);
    const names = {
      users: ['users.get', 'users.list', 'users.reserve'],
      orders: ['orders.place', 'orders.get', 'orders.list'],
      routing: ['routing.http'],
      reports: ['reports.exchange'],
      sites: ['sites.list'],
    }[service];
    return {
      service,
      instances: hosts.length,
      perSecond: hosts.length > 0 ? perSecond : 0,
      success: hosts.length > 0 ? success : 0,
      p50Micros: Math.round(p50),
      p95Micros: Math.round(p50 * 4.1),
      p99Micros: Math.round(p50 * wave(`tail ${service}`, 7, 13)),
      operations: names.map((operation, at) => ({
        operation,
        perSecond: perSecond * [0.6, 0.3, 0.1][at] * (names.length === 1 ? 1 / 0.6 : 1),
        success: at === 0 ? success : 1,
        p50Micros: Math.round(p50 * (1 + at * 0.3)),
        p95Micros: Math.round(p50 * 4 * (1 + at * 0.3)),
        p99Micros: Math.round(p50 * 9 * (1 + at * 0.3)),
        inFlight: Math.round(perSecond / 60) + at,
        outcomes: { ok: Math.round(perSecond * 5), ...(success < 1 && at === 0 && {
          Rejected: Math.ceil(perSecond * 5 * (1 - success)) }) },
      })),
      instanceStats: hosts.map((host) => ({
        node: host.node.node,
        instance: `${service}-${host.at + 1}`,
        version: host.node.version,
        state: host.node.draining ? 'DRAINING' : 'SERVING',
        perSecond: (perSecond * 1.02 * weight(host)) / all,
        success,
        p99Micros: Math.round(p50 * 9 * (0.8 + 0.4 * this.chance(service, host.node.node))),
        inFlight: Math.round(perSecond / 40),
        limit: 64,
        queued: this.chance(service, host.node.node, this.tick) > 0.8 ? 1 : 0,
        breaker: service === 'orders' && host.node.node === 'n3' && this.tick % 40 < 12
          ? (this.tick % 40 < 9 ? 'OPEN' : 'HALF_OPEN') : 'CLOSED',
      })).concat(this.#standIns(service)),
    };
  }

  /** At an edge, what stands for the hub's instances on the node that holds the link. */
  #standIns(service) {
    return this.isEdge && ['users', 'orders'].includes(service)
      ? [{ site: 'hub', node: 'n2', instance: `${service}-9`, version: VERSION, state: 'SERVING',
        perSecond: 2, success: 1, p99Micros: 31_000, inFlight: 0, limit: 64, queued: 0,
        breaker: 'CLOSED' }]
      : [];
  }

  #edges(nodes, load, wave) {
    const pairs = [
      ['routing', 'users', 0.5],
      ['routing', 'orders', 0.45],
      ['orders', 'users', 0.27],
    ];
    const edges = [];
    for (const [from, to, share] of pairs) {
      const between = nodes.flatMap((a) => nodes.filter((b) => !b.draining).map((b) => [a, b]));
      for (const [a, b] of between) {
        edges.push({
          from,
          to,
          fromNode: a.node,
          toNode: b.node,
          perSecond: ((load.routing * share) / between.length)
            * (0.7 + 0.6 * this.chance(a.node, b.node, to)),
          success: Math.max(0, 1 - this.faultShare(to)),
          p50Micros: Math.round(wave(`${from}${to}`, 600, 1_200)),
          p99Micros: Math.round(wave(`${from}${to}99`, 5_000, 14_000)),
          secured: a !== b,
        });
      }
    }
    if (nodes.some((node) => node.node === 'n2')) {
      edges.push({ from: 'routing', to: 'reports', fromNode: 'n1', toNode: 'n2', perSecond: 3,
        success: 1, p50Micros: 4_000, p99Micros: 21_000, secured: true });
    }
    return edges;
  }

  call() {
    const pick = (list) => list[Math.floor(Math.random() * list.length)];
    const [caller, operation] = pick([['routing', 'users.get'], ['routing', 'users.list'],
      ['routing', 'orders.place'], ['orders', 'users.reserve'], ['routing', 'orders.get']]);
    const failed = Math.random() < 0.02;
    return {
      at: new Date().toISOString(),
      node: pick(this.alive()).node,
      caller,
      operation,
      instance: `${operation.split('.')[0]}-1`,
      targetNode: pick(this.alive()).node,
      outcome: failed ? 'Rejected' : 'ok',
      micros: Math.round(400 + 4_000 * Math.random() ** 3 * 10),
      attempts: failed ? 3 : 1,
      trace: hex(32),
      principal: pick(['alice', 'bob', null]),
    };
  }

  trace(id) {
    const span = (name, kind, node, service, offset, took, parent, more = {}) => ({
      span: hex(16, `${id}${name}${kind}`), parent, name, kind, node, service,
      at: new Date(Date.now() - 9_000 + offset / 1_000).toISOString(),
      offsetMicros: offset, micros: took,
      outcome: 'ok', attributes: {}, ...more,
    });
    const root = span('POST /v1/orders', 'SERVER', 'n1', 'routing', 0, 18_400, null,
      { attributes: { 'http.request.method': 'POST', 'url.path': '/v1/orders' } });
    const place = span('orders.place', 'CLIENT', 'n1', 'routing', 300, 17_600, root.span);
    const first = span('attempt 1', 'CLIENT', 'n1', 'routing', 340, 4_100, place.span,
      { outcome: 'NotSent', attributes: { endpoint: 'n3/orders-1' } });
    const second = span('attempt 2', 'CLIENT', 'n1', 'routing', 4_700, 13_000, place.span,
      { attributes: { endpoint: 'n2/orders-1' } });
    const served = span('orders.place', 'SERVER', 'n2', 'orders', 5_100, 12_200, second.span);
    const insert = span('insert order', 'INTERNAL', 'n2', 'orders', 5_400, 2_900, served.span);
    const reserve = span('users.reserve', 'CLIENT', 'n2', 'orders', 8_500, 4_000, served.span);
    const reserved = span('users.reserve', 'SERVER', 'n1', 'users', 8_900, 3_100, reserve.span);
    const confirm = span('confirm order', 'INTERNAL', 'n2', 'orders', 12_700, 4_300, served.span);
    return {
      trace: id,
      spans: [root, place, first, second, served, insert, reserve, reserved, confirm],
      missing: this.alive().length < this.nodes.size ? ['n3'] : [],
    };
  }

  traces() {
    const roots = ['POST /v1/orders', 'GET /v1/users/{id}', 'GET /v1/orders/{id}', 'users.get'];
    return {
      traces: Array.from({ length: 30 }, (_, at) => ({
        trace: hex(32, `trace ${at}`),
        at: new Date(Date.now() - at * 1_700).toISOString(),
        root: roots[at % roots.length],
        micros: Math.round(900 + this.chance('trace', at) ** 4 * 240_000),
        spans: 3 + (at % 7),
        failed: at % 11 === 4,
        services: at % 4 === 0 ? ['routing', 'orders', 'users'] : ['routing', 'users'],
      })),
    };
  }

  doctor() {
    const dead = [...this.nodes.values()].filter((node) => node.killed);
    const checks = [
      ['W0101', 'epochs agree', 'PASS', '', `all nodes go by epoch ${this.policies.epoch}`],
      ['W0102', 'registrations equal reality', dead.length > 0 ? 'FAIL' : 'PASS', '',
        dead.length > 0 ? `${dead.map((node) => node.node).join(', ')} does not answer`
          : '10 instances answered a call', 'look at its log, and start it: scripts/start.sh'],
      ['W0201', 'outbox is empty', 'PASS', 'orders', '0 events wait'],
      ['W0202', 'no saga is parked', this.sagas.size > 0 ? 'WARN' : 'PASS', 'orders',
        `${this.sagas.size} orders are parked`,
        'see why with scripts/weft sagas, mend it, then scripts/weft sagas ORDER --retry'],
      ['W0301', 'clocks agree', 'PASS', '', 'greatest difference 0.3 ms'],
      ['W0302', 'certificates last', 'WARN', 'n2', '6 days are left',
        'make a new one with scripts/weft certs and put it in its place; it is read by itself'],
      ['W0401', 'heap', 'PASS', '', 'at most 48 % of 384 MiB'],
      ['W0402', 'event loops', 'PASS', '', 'longest delay 9 ms'],
      ['W0501', 'PostgreSQL and its pools', 'PASS', '', '8 connections, 1 in use, 0 wait'],
    ].map(([code, name, status, subject, detail, fix]) =>
      ({ code, name, status, subject, detail, fix: status === 'PASS' ? null : fix }));
    const order = ['PASS', 'WARN', 'FAIL'];
    return {
      at: new Date().toISOString(),
      checks,
      worst: checks.reduce((worst, check) =>
        (order.indexOf(check.status) > order.indexOf(worst) ? check.status : worst), 'PASS'),
    };
  }

  #orders() {
    for (const [at, reason] of [
      [1, 'users answered user.not_found, which has no meaning to this step'],
      [2, '25 tries, and nobody knows what became of any'],
    ]) {
      const id = `0192f0a1-7c3${at}-7000-8000-00000000000${at}`;
      this.sagas.set(id, {
        id,
        userId: '0192f0a1-0000-7000-8000-0000000000aa',
        status: 'PENDING',
        reason,
        failedAttempts: at === 1 ? 1 : 25,
        parkedAt: new Date(Date.now() - at * 3_700_000).toISOString(),
      });
    }
  }

  saga(id) {
    const parked = this.sagas.get(id);
    const at = (ms) => new Date(Date.now() - 7_400_000 + ms).toISOString();
    const steps = [
      { at: at(0), topic: 'orders.placed', status: 'PENDING', position: 4711 },
      { at: at(14), topic: 'orders.confirmed', status: 'CONFIRMED', position: 4712 },
    ].slice(0, parked ? 1 : 2);
    return {
      id,
      userId: parked?.userId ?? '0192f0a1-0000-7000-8000-0000000000aa',
      status: parked ? 'PENDING' : 'CONFIRMED',
      currency: 'EUR',
      total: 12_950,
      parked: parked ? { reason: parked.reason, parkedAt: parked.parkedAt } : null,
      steps,
    };
  }
}

function hex(length, of) {
  let text = '';
  let state = of ? [...of].reduce((sum, char) => Math.imul(sum, 31) + char.charCodeAt(0), 17) : 0;
  for (let i = 0; i < length; i++) {
    state = Math.imul(state, 1_103_515_245) + 12_345;
    text += ((of ? state >>> 16 : Math.floor(Math.random() * 16)) & 15).toString(16);
  }
  return text;
}

/** What the API refuses, as a problem document. */
export function refused(status, code, detail, more = {}) {
  return Object.assign(new Error(detail), { problem: { status, code, detail, ...more } });
}
