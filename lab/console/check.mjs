// The console in a real browser, as an operator uses it.
//
// usage: node lab/console/check.mjs [--admin http://127.0.0.1:9080] [--load http://127.0.0.1:8080]
//          [--kill COMMAND] [--revive COMMAND] [--split OPERATION] [--guarded http://127.0.0.1:9082]
//          [--shots FOLDER]
//
// Against a cluster (lab/console/run.sh makes one): --load has it ask a gateway, with the token in
// WEFT_TOKEN; --kill kills the node n3; --split names an operation of a service of which two
// versions run, and has it called; --guarded is an admin address where that token is wanted.
// Without an address it checks the console alone, on a site that is made up.
//
// Prints what was checked and measured, then a line "N passed, N failed"; exit code 1 when something
// failed.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { check, expect, finish } from '../browser/tally.mjs';
import { EventReader } from '../../console/src/main/web/events.js';
import { axeSource, launch } from './browser.mjs';
import { line } from './line.mjs';
import { serve } from './serve.mjs';

const GONE_MS = 2_000;
const MOVED_MS = 1_000;
const LOAD_MS = 20;
const DRAINED_MS = 60_000;
const STARTED_MS = 60_000;
/** Seconds of the past that are drawn before a page goes to sleep. */
const WOVEN = 4;
/** Often enough that a share of one second's calls says something. */
const SPLIT_LOAD_MS = 5;
const WAITING_MAX = 32;
/** Points by which the share of some 200 calls may differ by chance alone, and more. */
const SHARE_SLACK = 15;
/** So many calls are as good as none to another version. */
const SETTLED_CALLS = 100;
const VIEWS = ['overview', 'graph', 'services', 'calls', 'traces', 'policies', 'nodes', 'sites',
  'orders', 'doctor', 'journal'];

const args = process.argv.slice(2);
function flag(name) {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? null : args[at + 1];
}
const shots = flag('shots');
if (shots) {
  mkdirSync(shots, { recursive: true });
}
const operation = flag('split') ?? 'users.list';
const [service] = operation.split('.');
const own = flag('admin') ? null : await serve();
const site = flag('admin') ?? `http://127.0.0.1:${own.port}`;
const wire = await line(site);
const base = wire.address;
const run = (command) => execFileSync('bash', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] });
const kill = own ? () => own.site.kill('n3') : flag('kill') && (() => run(flag('kill')));
const revive = own ? () => own.site.revive('n3') : flag('revive') && (() => run(flag('revive')));

/** Asks at a steady rate, as long as not too many wait; counts what came back. */
function every(millis, url, options) {
  const seen = {};
  let waiting = 0;
  const ask = async () => {
    waiting++;
    const came = await fetch(url, options)
      .then((answer) => answer.text().then(() => answer.status))
      .catch((failure) => failure.cause?.code ?? failure.message);
    waiting--;
    seen[came] = (seen[came] ?? 0) + 1;
  };
  const timer = setInterval(() => waiting < WAITING_MAX && ask(), millis);
  return { url, seen, stop: () => clearInterval(timer) };
}

const loads = [];
if (flag('load')) {
  const headers = { Authorization: `Bearer ${process.env.WEFT_TOKEN}` };
  loads.push(every(LOAD_MS, `${flag('load')}/v1/users?limit=1`, { headers }));
}
if (flag('split')) {
  const body = JSON.stringify({ operation, body: { name: 'Ada' }, kind: 'query' });
  const headers = { 'Content-Type': 'application/json' };
  loads.push(every(SPLIT_LOAD_MS, `${site}/v1/calls`, { method: 'POST', headers, body }));
}

const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
const complaints = [];
const strangers = [];
page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
page.on('pageerror', (failure) => complaints.push(failure.message));
page.on('request', (request) => {
  if (!request.url().startsWith(base)) {
    strangers.push(request.url());
  }
});

async function go(place) {
  await page.evaluate((hash) => {
    location.hash = `#/${hash}`;
  }, place);
}

/** Waits for a text to appear in what is shown. */
function shows(selector, text, timeout = 5_000) {
  return page.locator(selector, { hasText: text }).first().waitFor({ timeout });
}

async function numberOf(locator) {
  return Number((await locator.innerText()).replace(/[^\d.]/g, ''));
}

await check('the console opens and is live', async () => {
  await page.goto(`${base}/console/`);
  await shows('.fresh', 'live');
});

const LIVE = {
  overview: async () => {
    await shows('.tile', 'Calls');
    expect((await numberOf(page.locator('.tile .big').first())) > 0, 'no calls: is there load?');
    expect((await page.locator('.cloth rect:not(.bare)').count()) > 0, 'the cloth is bare');
  },
  graph: async () => {
    await shows('.node', 'n1');
    expect((await page.locator('.graph .flow').count()) > 0, 'no call flows');
  },
  services: async () => {
    await page.locator('td a, th a', { hasText: service }).first().click();
    await shows('h1', `Service ${service}`);
    expect((await numberOf(page.locator('.tile .big').first())) > 0, 'the service has no calls');
    await shows('th', 'Operation');
  },
  calls: async () => {
    await page.locator('label', { hasText: 'Service' }).locator('input').fill(service);
    await shows('.command', `scripts/weft tap --service ${service}`);
    await page.locator('tbody tr', { hasText: `${service}.` }).first().waitFor();
  },
  traces: async () => {
    await page.locator('tbody td a').first().click();
    await page.locator('.waterfall .stretch').first().waitFor();
  },
  policies: async () => {
    await shows('.epoch', 'Epoch');
    await shows('.chips', 'n1');
  },
  nodes: async () => {
    await shows('.card', 'n1');
    expect((await page.locator('.card .meter').count()) >= 3, 'no heaps');
  },
  sites: async () => {
    await shows('.view.sites h2', own ? 'local' : 'No links here');
    if (own) {
      await page.locator('[data-site=plant][data-state=SERVING]').waitFor();
      await page.locator('[data-site=harbour][data-state=CUT_OFF]').waitFor();
      await shows('td, th', 'mine');
    }
  },
  orders: async () => {
    await shows('h2', 'Parked');
    expect((await page.locator('.problem').count()) === 0, 'the orders could not be asked for');
  },
  doctor: async () => {
    await page.locator('.checks > li').first().waitFor();
  },
  journal: async () => {
    await page.locator('.decisions > li').first().waitFor();
  },
};

for (const name of VIEWS) {
  await check(`${name} shows live data`, async () => {
    await go(name);
    await LIVE[name]();
    if (shots) {
      await page.screenshot({ path: join(shots, `${name}.png`) });
    }
  });
}

await check('what is described again keeps its elements, their focus and their order', async () => {
  const wrong = await page.evaluate(async () => {
    const { h, patch } = await import('/console/dom.js');
    const root = document.body.appendChild(document.createElement('div'));
    const said = [];
    const draw = (...keys) =>
      patch(root, keys.map((key) => h('input', { key, value: key, 'data-key': key })));
    const keys = () => [...root.children].map((each) => each.dataset.key).join('');
    draw('a', 'b', 'c');
    const b = root.children[1];
    b.focus();
    draw('b', 'c', 'd');
    if (keys() !== 'bcd' || root.children[0] !== b || document.activeElement !== b) {
      said.push(`after a row went: ${keys()}`);
    }
    draw('d', 'c', 'b', 'a');
    if (keys() !== 'dcba' || root.children[2] !== b) {
      said.push(`after a change of order: ${keys()}`);
    }
    patch(root, 'text', h('p', { class: 'x', title: '<b>' }, '<i>', 0, null, false));
    patch(root, 'text', h('p', { class: 'y' }, '<i>', 1));
    if (root.innerHTML !== 'text<p class="y">&lt;i&gt;1</p>') {
      said.push(root.innerHTML);
    }
    patch(root);
    if (root.childNodes.length > 0) {
      said.push('something stays');
    }
    root.remove();
    return said;
  });
  expect(wrong.length === 0, wrong.join('; '));
});

for (const scheme of ['light', 'dark']) {
  for (const name of VIEWS) {
    await check(`${name} is accessible in ${scheme}`, async () => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await go(name);
      await page.waitForTimeout(300);
      const found = await accessible();
      expect(found.length === 0, found.join('; '));
    });
  }
}
await page.emulateMedia({ colorScheme: null, reducedMotion: null });

/** What axe-core finds that is serious or critical: each rule with the first element at fault. */
async function accessible() {
  await page.evaluate(axeSource());
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  return violations
    .filter((each) => ['serious', 'critical'].includes(each.impact))
    .map((each) => `${each.id}: ${each.nodes[0].html} ${each.nodes[0].failureSummary ?? ''}`);
}

await check('the keyboard leads everywhere', async () => {
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('2');
  await shows('h1', 'Graph');
  await page.keyboard.press('?');
  await shows('dialog h2', 'Keys');
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.goto(`${base}/console/#/overview`);
  await page.reload();
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => document.activeElement.className);
  expect(first === 'skip', `the first stop is ${first} (expected: the link to the content)`);
});

await check('a change is made only when it is confirmed', async () => {
  await go('nodes');
  await page.locator('.card', { hasText: 'n2' }).getByRole('button', { name: 'Drain' }).click();
  await shows('dialog', 'takes no new calls');
  const focused = await page.evaluate(() => document.activeElement.textContent);
  expect(focused === 'Leave it as it is', `the focus is on "${focused}"`);
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await go('journal');
  await shows('h2', 'Changed by people');
  expect((await page.locator('tbody tr', { hasText: 'drain' }).count()) === 0, 'it was drained');
});

/** Moves the slider to a share, confirms it, and returns when: once every node goes by it. */
async function split(share) {
  const slider = page.locator('.sheet', { hasText: service }).locator('input[type=range]').last();
  await slider.waitFor();
  await slider.fill(String(share));
  await page.getByRole('button', { name: `Split ${service}` }).last().click();
  const answered = page.waitForResponse((answer) =>
    answer.request().method() === 'POST' && answer.url().includes('/v1/policies?'));
  const at = Date.now();
  await page.locator('dialog').getByRole('button', { name: `Split ${service}` }).click();
  expect((await answered).ok(), 'the split was refused');
  return at;
}

async function instancesOf(name, seconds) {
  const stat = await (await fetch(`${site}/v1/stat?windowSeconds=${seconds}`)).json();
  return stat.services.find((each) => each.service === name).instanceStats;
}

/** The newest version of the service, and its share in the second that has just ended. */
async function newest() {
  const all = await instancesOf(service, 1);
  const version = all.map((one) => one.version).sort().at(-1);
  const rate = (some) => some.reduce((sum, one) => sum + one.perSecond, 0);
  return {
    nodes: all.filter((one) => one.version === version).map((one) => one.node),
    share: (rate(all.filter((one) => one.version === version)) / rate(all)) * 100,
  };
}

const seconds = (millis) => new Promise((resolve) => {
  setTimeout(resolve, millis);
});

if (own || flag('split')) {
  await check('traffic follows the split slider within a second', async () => {
    await go(`policies?service=${service}`);
    await page.reload();
    for (const wanted of [80, 20]) {
      const at = await split(wanted);
      // The window of one second that begins when the change has counted for at most one.
      await seconds(at + 2 * MOVED_MS - Date.now());
      const { share } = await newest();
      console.log(`        ${wanted} % wanted, ${share.toFixed(1)} % in the second after the first`);
      expect(Math.abs(share - wanted) < SHARE_SLACK, `${share.toFixed(1)} % (expected: about ${wanted} %)`);
    }
    await page.locator('.meter').first().waitFor();
  });
}
if (flag('split')) {
  await check('the last call to a version that is to have none is made within a second', async () => {
    const { nodes } = await newest();
    const calls = tapped();
    await seconds(300);
    const at = await split(100);
    while (calls.seen.filter((call) => call.at > at && nodes.includes(call.targetNode)).length
        < SETTLED_CALLS) {
      await seconds(50);
    }
    calls.stop();
    const old = calls.seen.filter((call) => !nodes.includes(call.targetNode));
    expect(old.length > 0, 'no call to another version was seen before');
    const last = Math.max(...old.map((call) => call.at)) - at;
    console.log(`        ${last} ms after the click`);
    expect(last <= MOVED_MS, `${last} ms (expected: at most ${MOVED_MS} ms)`);
    await split(50);
  });
}

/** Follows the calls of the service: those seen, each with its time, and what stops it. */
function tapped() {
  const stop = new AbortController();
  const seen = [];
  const follow = async () => {
    const answer = await fetch(`${site}/v1/tap?service=${service}`, { signal: stop.signal });
    const reader = new EventReader();
    const text = new TextDecoder();
    for await (const piece of answer.body) {
      for (const { event, data } of reader.take(text.decode(piece, { stream: true }))) {
        if (event === 'call') {
          const call = JSON.parse(data);
          seen.push({ ...call, at: Date.parse(call.at) });
        }
      }
    }
  };
  follow().catch((failure) => stop.signal.aborted || console.log(`        ${failure.message}`));
  return { seen, stop: () => stop.abort() };
}

await check('who comes second is told who was first, and keeps the text', async () => {
  await go('policies?part=text');
  await page.reload();
  const area = page.locator('#policy-text');
  await area.waitFor();
  const mine = `${await area.inputValue()}\n# mine\n`;
  const other = await (await fetch(`${site}/v1/policies`)).json();
  await area.fill(mine);
  await shows('#policy-verdict', 'It is right');
  await page.getByRole('button', { name: 'See it once more' }).click();
  await page.locator('dialog').waitFor();
  const answer = await fetch(`${site}/v1/policies?expect=${other.epoch}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/yaml', 'If-Match': `"${other.epoch}"` },
    body: `${other.text}\n# theirs\n`,
  });
  expect(answer.ok, `the other change answered ${answer.status}`);
  await page.locator('dialog').getByRole('button', { name: 'Apply it' }).click();
  await shows('.conflict', 'Somebody else was first');
  await shows('.conflict', '# theirs');
  await page.getByRole('button', { name: 'Edit mine' }).click();
  expect((await page.locator('#policy-text').inputValue()) === mine, 'the text is lost');
});

await check('a text with a fault is refused where it is', async () => {
  await page.locator('#policy-text').fill('defaults:\n  timeout: 400\n');
  await shows('#policy-verdict', 'line 2');
  const apply = page.getByRole('button', { name: 'See it once more' });
  expect(await apply.isDisabled(), 'it may be applied');
  await page.getByRole('button', { name: 'Back to what counts' }).click();
});

await check('a scale beyond what fits is refused before it is asked for', async () => {
  await go('nodes');
  await page.locator('#scale').getByLabel('Service').selectOption(service);
  await page.locator('#scale').getByLabel('Instances').fill('513');
  await shows('.problem', '0 to 512');
  await page.locator('#scale').getByLabel('Instances').fill('500');
  await shows('#scale .problem', `${service}: 500`);
  expect(await page.getByRole('button', { name: 'Scale', exact: true }).isDisabled(),
    'it may be asked for');
});

if (!own) {
  await check('the last node is not drained, and nothing is half done', async () => {
    const drain = async (node) => {
      await page.locator('.card', { hasText: node }).getByRole('button', { name: 'Drain' }).click();
      await page.locator('dialog').getByRole('button', { name: 'Drain' }).click();
    };
    const drained = (node) => page.locator('.card', { hasText: node })
      .getByRole('button', { name: 'Take it back' }).waitFor({ timeout: 10_000 });
    await drain('n2');
    await drained('n2');
    await drain('n3');
    await drained('n3');
    await drain('n1');
    await shows('.toast.failed', 'Draining n1');
    console.log(`        ${(await page.locator('.toast.failed p').last().innerText())}`);
    for (const node of ['n2', 'n3']) {
      await page.locator('.card', { hasText: node })
        .getByRole('button', { name: 'Take it back' }).click();
      await page.locator('dialog').getByRole('button', { name: 'Take' }).click();
      await page.locator('.card', { hasText: node }).getByRole('button', { name: 'Drain' })
        .waitFor({ timeout: 10_000 });
    }
    expect((await instancesOf(service, 1)).length === 3, 'not every instance is back');
    await go('journal');
    await shows('tbody tr', 'n1/drain');
    await shows('tbody tr', '409');
    await shows('tbody tr', '412');
  }, DRAINED_MS);
}

if (own) {
  const lab = (what) => fetch(`${site}/lab/${what}`, { method: 'POST' });
  await check('of a site that wants a look it is said why, and the page leads to it', async () => {
    await go('sites/workshop');
    await shows('[data-site=workshop] .reasons', 'although the link is there');
    await shows('[data-site=workshop] .reasons', 'clock is 1 min ahead');
    await shows('nav a[href="#/sites"]', 'failing');
    expect((await page.locator('[data-site=workshop] .chosen').count()) === 1, 'it is not marked');
    expect((await page.locator('.links > li').first().getAttribute('data-site')) === 'mine',
      'the dead site is not the first');
  });

  await check('an edge shows its hub, its journal, and what stands for the hub', async () => {
    await lab('edge');
    await shows('.own', 'edge: it links to a hub');
    await shows('.own .facts', '41 orders, oldest 1 min, 2 disputed');
    await shows('.own .facts', '3 s old');
    await page.locator('[data-site=cloud][data-state=SERVING]').waitFor();
    await go('services/users');
    await shows('tbody tr', 'for hub');
    await shows('.bar', '3 instances');
    await go('nodes');
    await shows('.card', 'users for hub');
  });

  await check('what is said of links is told to be old when it cannot be asked for', async () => {
    await go('sites');
    await shows('.own h2', 'local');
    await page.route('**/v1/sites', (route) => route.fulfill({
      status: 503, contentType: 'application/problem+json', body: '{"detail": "no database"}' }));
    await shows('.problem', 'no database');
    await page.locator('.linked.aged').waitFor({ timeout: 10_000 });
    await page.unroute('**/v1/sites');
    await page.locator('.linked:not(.aged)').waitFor();
    expect((await page.locator('.view .problem').count()) === 0, 'it still complains');
  });

  await check('without the service there is nothing to complain of', async () => {
    await lab('unlink');
    await shows('.sites h2', 'No links here');
    expect((await page.locator('.view .problem').count()) === 0, 'it complains');
    await lab('link');
    await lab('hub');
    await page.locator('[data-site=mine][data-state=DEAD]').waitFor();
  });
}

if (kill) {
  await check('the graph shows a killed node within 2 s', async () => {
    await go('graph?by=node');
    await page.locator('[data-node=n3]:not([data-state=LOST])').waitFor();
    const since = Date.now();
    kill();
    await page.locator('[data-node=n3][data-state=LOST]').waitFor({ timeout: 10_000 });
    const took = Date.now() - since;
    console.log(`        shown after ${took} ms`);
    expect(took <= GONE_MS, `${took} ms (expected: at most ${GONE_MS} ms)`);
    if (shots) {
      await page.screenshot({ path: join(shots, 'killed.png') });
    }
  });
}
if (kill && revive) {
  await check('the node is back when it is', async () => {
    revive();
    await page.locator('[data-node=n3]:not([data-state=LOST])').waitFor({ timeout: STARTED_MS });
  }, STARTED_MS);
}

await check('what is old is said to be, and the console catches up', async () => {
  await go('overview');
  wire.cut();
  await shows('.fresh', 'old', 12_000);
  await shows('.away', 'What you see is');
  expect(await page.locator('html.stale').count() === 1, 'it is not grey');
  wire.mend();
  await shows('.fresh', 'live', 15_000);
  expect((await page.locator('.away').count()) === 0, 'it still says that it is away');
});

await check('a page that slept for an hour forgets what was, and shows what is', async () => {
  const sleeper = await browser.newPage();
  await sleeper.clock.install();
  await sleeper.goto(`${base}/console/`);
  const woven = sleeper.locator('.thread').first().locator('rect:not(.bare)');
  await sleeper.waitForFunction((least) =>
    document.querySelector('.thread')?.querySelectorAll('rect:not(.bare)').length >= least, WOVEN);
  wire.cut();
  await sleeper.clock.fastForward('01:00:00');
  await sleeper.locator('.fresh', { hasText: '1 h 0 min old' }).waitFor();
  wire.mend();
  await sleeper.getByRole('button', { name: 'Try now' }).click();
  const since = Date.now();
  await sleeper.locator('.fresh', { hasText: 'live' }).waitFor();
  console.log(`        live again after ${Date.now() - since} ms`);
  expect((await woven.count()) < WOVEN, 'what was an hour ago is drawn together with what is');
  await sleeper.close();
});

await check('it fits a phone and a wall', async () => {
  for (const width of [360, 2560]) {
    await page.setViewportSize({ width, height: 900 });
    for (const name of VIEWS) {
      await go(name);
      await page.waitForTimeout(150);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide <= 0, `${name} at ${width} px is ${wide} px too wide: ${await widest(width)}`);
    }
  }
});

/** The innermost elements that reach beyond the page. */
function widest(width) {
  return page.evaluate((most) => [...document.querySelectorAll('#shell *')]
    .filter((each) => each.getBoundingClientRect().right > most + 1 && !each.closest('.scroll, nav'))
    .slice(-4).map((each) => `${each.tagName}.${each.getAttribute('class')}`).join(' '), width);
}

await check('it asks no other host and has nothing to complain of', async () => {
  expect(strangers.length === 0, strangers.join(', '));
  // The browser tells of each refusal and each lost connection; these were asked for.
  const wanted = /status of (400|409|412|503)|net::ERR_/;
  const rest = complaints.filter((line) => !wanted.test(line));
  expect(rest.length === 0, rest.join(', '));
});

await browser.close();
for (const { url, seen, stop } of loads) {
  stop();
  await check(`${new URL(url).pathname} was called meanwhile`, () => {
    console.log(`        ${JSON.stringify(seen)}`);
    expect(seen[200] > 0, 'no answer ever came');
  });
}
wire.close();
own?.close();

const guarded = own ? await serve({ token: 'open-sesame' }) : null;
const locked = guarded
  ? { address: `http://127.0.0.1:${guarded.port}`, token: 'open-sesame' }
  : { address: flag('guarded'), token: process.env.WEFT_TOKEN };
if (locked.address) {
  const second = await launch();
  await check('a token is asked for where one is wanted, and kept in the tab only', async () => {
    const tab = await second.newPage();
    await tab.goto(`${locked.address}/console/`);
    await tab.locator('dialog input').fill('wrong');
    await tab.locator('dialog').getByRole('button', { name: 'Use it' }).click();
    await tab.locator('dialog .problem', { hasText: 'not taken' }).waitFor();
    expect((await tab.locator('dialog input').inputValue()) === '', 'the wrong one is still there');
    await tab.locator('dialog').getByRole('button', { name: 'Go on without' }).click();
    await tab.locator('.away', { hasText: 'without the token' }).waitFor();
    await tab.getByRole('button', { name: 'Give a token' }).click();
    await tab.locator('dialog input').fill(locked.token);
    await tab.locator('dialog').getByRole('button', { name: 'Use it' }).click();
    await tab.locator('.fresh', { hasText: 'live' }).waitFor();
    const kept = await tab.evaluate(() => JSON.stringify(localStorage));
    expect(!kept.includes(locked.token), `kept in ${kept}`);
  });
  await second.close();
  guarded?.close();
}
finish();
