// Serves the console over a site that is made up, to look at it and work on it without a cluster.
//
// usage: node lab/console/serve.mjs [port] [--nodes N] [--token T]
//
// POST /lab/kill/n3 and /lab/revive/n3 kill and revive a node, POST /lab/away ends all streams and
// refuses new ones for a while (?seconds=5), POST /lab/unlink and /lab/link end the service
// sites and bring it back, POST /lab/edge and /lab/hub make the site an edge and a hub.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Site, refused } from './site.mjs';

const WEB = join(dirname(fileURLToPath(import.meta.url)), '../../console/src/main/web');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css',
  '.svg': 'image/svg+xml' };
/** The same as in io.weft.routing.admin.Console, so that what it forbids is forbidden here too. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
  + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
  + "require-trusted-types-for 'script'; trusted-types 'none'";
const STAT_MS = 1_000;
const CALL_MS = 40;

/** Starts the server; resolves to its port, its site and what closes it. */
export async function serve({ port = 0, nodes = 3, token = '' } = {}) {
  const site = new Site({ nodes });
  const streams = new Set();
  let awayUntil = 0;
  site.told = (event, value) => streams.forEach((one) => one.live && one.send(event, value));

  function stream(response, live) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    const one = {
      live,
      send: (event, value) =>
        response.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`),
      end: () => response.end(),
    };
    streams.add(one);
    response.on('close', () => streams.delete(one));
    return one;
  }

  async function answer(request, response) {
    const url = new URL(request.url, 'http://localhost');
    if (!url.pathname.startsWith('/lab') && Date.now() < awayUntil) {
      request.socket.destroy();
      return;
    }
    if (url.pathname === '/' || url.pathname === '/console') {
      response.writeHead(302, { Location: '/console/' }).end();
    } else if (url.pathname.startsWith('/console/')) {
      await file(url.pathname.slice('/console/'.length) || 'index.html', response);
    } else if (url.pathname.startsWith('/lab/')) {
      lab(url, response);
    } else if (token && request.headers.authorization !== `Bearer ${token}`) {
      send(response, 401, {
        code: 'token.missing', detail: 'no token (expected: one of an operator)' });
    } else {
      await api(request, url, response);
    }
  }

  function lab(url, response) {
    const [, , what, node] = url.pathname.split('/');
    if (what === 'away') {
      awayUntil = Date.now() + Number(url.searchParams.get('seconds') ?? 5) * 1_000;
      streams.forEach((one) => one.end());
    } else {
      site[what](node);
    }
    send(response, 200, {});
  }

  async function api(request, url, response) {
    const body = await read(request);
    const who = request.headers['weft-user'] ?? 'nobody';
    const path = url.pathname.replace(/^\/v1/, '');
    const query = url.searchParams;
    try {
      if (path === '/live') {
        stream(response, true).send('stat', site.stat());
      } else if (path === '/tap') {
        tap(query, stream(response, false));
      } else {
        send(response, 200, route(request.method, path, query, body, who));
      }
    } catch (failure) {
      const problem = failure.problem ?? { status: 500, code: 'internal', detail: failure.stack };
      send(response, problem.status, problem);
    }
  }

  function tap(query, one) {
    const service = query.get('service');
    const fits = (call) => (!service || call.operation.startsWith(`${service}.`))
      && (!query.get('operation') || call.operation === query.get('operation'))
      && (!query.get('caller') || call.caller === query.get('caller'))
      && (!query.get('node') || call.node === query.get('node'))
      && (!query.get('outcome') || (query.get('outcome') === 'failed'
        ? call.outcome !== 'ok' : call.outcome === query.get('outcome')))
      && call.micros >= 1_000 * Number(query.get('slowerThanMillis') ?? 0);
    const timer = setInterval(() => {
      if (!streams.has(one)) {
        clearInterval(timer);
        return;
      }
      const call = site.call();
      if (fits(call)) {
        one.send('call', call);
      }
    }, CALL_MS);
  }

  function route(method, path, query, body, who) {
    const [, first, second, third] = path.split('/').map(decodeURIComponent);
    switch (`${method} ${first}`) {
      case 'GET stat':
        return site.stat();
      case 'GET decisions':
        return { decisions: site.decisions, missing: [] };
      case 'GET audit':
        return { entries: site.audit, missing: [] };
      case 'GET doctor':
        return site.doctor();
      case 'GET policies':
        return site.showPolicies();
      case 'POST policies':
        return policies(second, query, body, who);
      case 'GET traces':
        return second ? site.trace(second) : filtered(query);
      case 'GET scale':
        return {
          epoch: 2,
          services: scaled(),
          decisions: [{ epoch: 2, at: site.decisions.at(-1).at, by: 'n1',
            why: 'autoscaled: 41 in flight per instance of orders (target: 30)' }],
        };
      case 'POST scale': {
        const asked = JSON.parse(body);
        const done = site.scale(asked.services, asked.dryRun);
        if (!asked.dryRun) {
          site.write(who, 'scale', JSON.stringify(asked.services), '');
        }
        return done;
      }
      case 'POST nodes':
        site.drain(second, third === 'drain');
        site.write(who, third, second, '');
        return {};
      case 'GET sites':
        return site.links();
      case 'GET sagas':
        return second ? site.saga(second) : { sagas: [...site.sagas.values()] };
      case 'POST sagas':
        site.sagas.delete(second);
        site.write(who, 'saga-retry', second, '');
        return site.saga(second);
      default:
        throw refused(404, 'path.unknown', `${path} (expected: a path of the admin API)`);
    }
  }

  function policies(second, query, body, who) {
    if (second === 'rollback') {
      site.write(who, 'policy-rollback', `to ${query.get('to')}`, '');
      return site.rollback(Number(query.get('to')), who);
    }
    const dryRun = query.has('dry-run');
    try {
      const done = site.apply(body, Number(query.get('expect')), who, dryRun);
      if (!dryRun) {
        site.write(who, 'policy-apply', `epoch ${done.epoch}`, '');
      }
      return done;
    } catch (failure) {
      if (!dryRun) {
        site.write(who, 'policy-apply', '', failure.message, '412 policies.conflict');
      }
      throw failure;
    }
  }

  function filtered(query) {
    return {
      traces: site.traces().traces.filter((trace) =>
        (!query.get('failed') || trace.failed)
        && trace.micros >= 1_000 * Number(query.get('slowerThanMillis') ?? 0)
        && trace.root.includes(query.get('operation') ?? '')),
    };
  }

  function scaled() {
    const counts = {};
    for (const node of site.alive()) {
      for (const [service, n] of Object.entries(node.counts)) {
        counts[service] = (counts[service] ?? 0) + n;
      }
    }
    return Object.entries(counts).map(([service, n]) => ({
      service, desired: n, actual: n, missing: 0,
      ...(service === 'orders' && { autoscale: { target: 30, floor: 2, ceiling: 8 } }),
    }));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((failure) => send(response, 500, { detail: failure.message }));
  });
  const timer = setInterval(() => {
    const stat = site.stat();
    streams.forEach((one) => one.live && one.send('stat', stat));
  }, STAT_MS);
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    site,
    close: () => {
      clearInterval(timer);
      streams.forEach((one) => one.end());
      server.closeAllConnections();
      server.close();
    },
  };
}

async function read(request) {
  let text = '';
  for await (const piece of request) {
    text += piece;
  }
  return text;
}

function send(response, status, body) {
  if (!response.headersSent) {
    response.writeHead(status, {
      'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' });
    response.end(JSON.stringify(body));
  }
}

async function file(name, response) {
  const path = normalize(join(WEB, name));
  try {
    const bytes = path.startsWith(WEB) ? await readFile(path) : null;
    response.writeHead(bytes ? 200 : 404, {
      'Content-Type': TYPES[extname(path)] ?? 'text/plain',
      'Content-Security-Policy': POLICY,
      'Cache-Control': 'no-store',
    });
    response.end(bytes ?? '');
  } catch {
    response.writeHead(404).end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const flag = (name, otherwise) => {
    const at = args.indexOf(name);
    return at < 0 ? otherwise : args[at + 1];
  };
  const { port } = await serve({
    port: Number(/^\d+$/.test(args[0] ?? '') ? args[0] : 9980),
    nodes: Number(flag('--nodes', 3)),
    token: flag('--token', ''),
  });
  console.log(`http://127.0.0.1:${port}/console/`);
}
