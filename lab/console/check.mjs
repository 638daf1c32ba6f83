// The console in a real browser, as an operator uses it.
//
// usage: node lab/console/check.mjs [--admin http://127.0.0.1:9080] [--load http://127.0.0.1:8080]
//          [--kill COMMAND] [--revive COMMAND] [--split SERVICE] [--shots FOLDER]
//
// Against a cluster: --load has it ask a gateway 50 times a second, with the token in WEFT_TOKEN;
// --kill kills the node n3; --split names a service of which two versions run. Without an address it
// checks the console alone, on a site that is made up.
//
// Prints what was checked, then a line "N passed, N failed"; exit code 1 when something failed.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { check, expect, finish } from '../browser/tally.mjs';
import { axeSource, launch } from './browser.mjs';
import { serve } from './serve.mjs';

const GONE_MS = 2_000;
const MOVED_MS = 1_000;
const LOAD_MS = 20;
/** The stat of the stream is of the last 5 s: by then a change shows in full. */
const WINDOW_MS = 6_000;
const VIEWS = ['overview', 'graph', 'services', 'calls', 'traces', 'policies', 'nodes', 'orders',
  'doctor', 'journal'];

const args = process.argv.slice(2);
function flag(name) {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? null : args[at + 1];
}
const shots = flag('shots');
if (shots) {
  mkdirSync(shots, { recursive: true });
}
const service = flag('split') ?? 'users';
const own = flag('admin') ? null : await serve();
const base = flag('admin') ?? `http://127.0.0.1:${own.port}`;
const run = (command) => execFileSync('bash', ['-c', command], { stdio: 'inherit' });
const kill = own ? () => own.site.kill('n3') : flag('kill') && (() => run(flag('kill')));
const revive = own ? () => own.site.revive('n3') : flag('revive') && (() => run(flag('revive')));

/** Asks a gateway at a steady rate, however long its answers take. */
function load(gateway) {
  const headers = { Authorization: `Bearer ${process.env.WEFT_TOKEN}` };
  return setInterval(() => {
    fetch(`${gateway}/v1/users?limit=1`, { headers }).then((answer) => answer.text()).catch(() => {
      // A node that was killed answers nothing; what comes of that is looked at in the console.
    });
  }, LOAD_MS);
}
const loading = flag('load') && load(flag('load'));

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

const follows = async () => {
  await go(`policies?service=${service}`);
  const slider = page.locator('.sheet', { hasText: service }).locator('input[type=range]').last();
  await slider.waitFor();
  const before = await slider.inputValue();
  const wanted = Number(before) >= 50 ? '5' : '80';
  await slider.fill(wanted);
  await page.getByRole('button', { name: `Split ${service}` }).last().click();
  await page.locator('dialog').getByRole('button', { name: `Split ${service}` }).click();
  await shows('.toast', 'counts on every node');
  const since = Date.now();
  const stat = async () => (await fetch(`${base}/v1/stat?windowSeconds=1`)).json();
  await new Promise((resolve) => {
    setTimeout(resolve, MOVED_MS);
  });
  // The window of one second that begins when the change has counted for at most one.
  await new Promise((resolve) => {
    setTimeout(resolve, 1_000);
  });
  const { services } = await stat();
  const share = shareOf(services.find((each) => each.service === service), Number(wanted));
  expect(Math.abs(share - Number(wanted)) < 10,
    `${Math.round(share)} % after ${Date.now() - since} ms (expected: about ${wanted} %)`);
  await page.waitForTimeout(WINDOW_MS);
  await page.locator('.meter').first().waitFor();
};
if (own || flag('split')) {
  await check('traffic follows the split slider within a second', follows);
}

/** The share of the version that has most (or least, when little is wanted) of a service. */
function shareOf({ instanceStats }, wanted) {
  const by = {};
  let all = 0;
  for (const one of instanceStats) {
    by[one.version] = (by[one.version] ?? 0) + one.perSecond;
    all += one.perSecond;
  }
  const newest = Object.keys(by).sort().at(-1);
  return all > 0 ? (by[newest] / all) * 100 : wanted;
}

await check('who comes second is told who was first, and keeps the text', async () => {
  await go('policies?part=text');
  await page.reload();
  const area = page.locator('#policy-text');
  await area.waitFor();
  const mine = `${await area.inputValue()}\n# mine\n`;
  const other = await (await fetch(`${base}/v1/policies`)).json();
  await area.fill(mine);
  await shows('#policy-verdict', 'It is right');
  await page.getByRole('button', { name: 'See it once more' }).click();
  await page.locator('dialog').waitFor();
  const answer = await fetch(`${base}/v1/policies?expect=${other.epoch}`, {
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
    await page.locator('[data-node=n3]:not([data-state=LOST])').waitFor({ timeout: 15_000 });
  });
}

await check('what is old is said to be, and the console catches up', async () => {
  await go('overview');
  await page.context().setOffline(true);
  if (own) {
    await fetch(`${base}/lab/away?seconds=4`, { method: 'POST' });
  }
  await shows('.fresh', 'old', 12_000);
  await shows('.away', 'What you see is');
  expect(await page.locator('html.stale').count() === 1, 'it is not grey');
  await page.context().setOffline(false);
  await shows('.fresh', 'live', 15_000);
  expect((await page.locator('.away').count()) === 0, 'it still says that it is away');
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
  const wanted = /status of (400|409|412)|net::ERR_/;
  const rest = complaints.filter((line) => !wanted.test(line));
  expect(rest.length === 0, rest.join(', '));
});

await browser.close();
clearInterval(loading);
if (own) {
  own.close();
  const guarded = await serve({ token: 'open-sesame' });
  const second = await launch();
  await check('a token is asked for where one is wanted, and kept in the tab only', async () => {
    const locked = await second.newPage();
    await locked.goto(`http://127.0.0.1:${guarded.port}/console/`);
    await locked.locator('dialog input').fill('wrong');
    await locked.locator('dialog').getByRole('button', { name: 'Use it' }).click();
    // It is asked for again at once.
    await locked.waitForFunction(() => document.querySelector('dialog input')?.value === '');
    await locked.locator('dialog input').fill('open-sesame');
    await locked.locator('dialog').getByRole('button', { name: 'Use it' }).click();
    await locked.locator('.fresh', { hasText: 'live' }).waitFor();
    const kept = await locked.evaluate(() => JSON.stringify(localStorage));
    expect(!kept.includes('open-sesame'), `kept in ${kept}`);
  });
  await second.close();
  guarded.close();
}
finish();
