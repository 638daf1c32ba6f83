// Takes pictures of every view of the console, in light and dark, from a phone to a wall.
//
// usage: node lab/console/shots.mjs FOLDER [http://host:port] [light-360…] [view…]
//
// Without an address it shows a site that is made up; without schemes and widths, all of them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './browser.mjs';
import { serve } from './serve.mjs';

const WIDTHS = { 360: 800, 1280: 900, 2560: 1440 };
const PLACES = {
  overview: 'overview',
  graph: 'graph?by=service',
  nodegraph: 'graph?by=node',
  services: 'services',
  service: 'services/orders',
  calls: 'calls',
  traces: 'traces',
  trace: 'traces/0af7651916cd43dd8448eb211c80319c',
  policies: 'policies',
  faults: 'policies?part=faults',
  editor: 'policies?part=text',
  history: 'policies?part=history',
  nodes: 'nodes/n2?scale=orders',
  sites: 'sites',
  orders: 'orders/0192f0a1-7c31-7000-8000-000000000001',
  doctor: 'doctor',
  journal: 'journal',
};
const SETTLE_MS = 1_200;

const [folder, ...rest] = process.argv.slice(2);
if (!folder) {
  console.error('shots.mjs: the folder is missing (expected: where the pictures go)');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const address = rest.find((each) => each.startsWith('http'));
const LOOK = /^(light|dark)-\d+$/;
const looks = rest.filter((each) => LOOK.test(each));
const names = rest.filter((each) => !each.startsWith('http') && !LOOK.test(each));
const own = address ? null : await serve({ nodes: 3 });
const base = address ?? `http://127.0.0.1:${own.port}`;
if (own) {
  own.site.kill('n3');
  own.site.revive('n3');
}

const browser = await launch();
for (const scheme of ['light', 'dark']) {
  for (const [width, height] of Object.entries(WIDTHS)) {
    if (looks.length > 0 && !looks.includes(`${scheme}-${width}`)) {
      continue;
    }
    const page = await browser.newPage({
      viewport: { width: Number(width), height },
      colorScheme: scheme,
    });
    page.on('console', (line) => line.type() === 'error' && console.log(`! ${line.text()}`));
    page.on('pageerror', (failure) => console.log(`! ${failure.stack}`));
    await page.goto(`${base}/console/`);
    // The pictures are of a site that has been looked at for a while, so lines have a past.
    await page.waitForTimeout(names.length > 0 ? 3_000 : 12_000);
    for (const [name, place] of Object.entries(PLACES)) {
      if (names.length > 0 && !names.includes(name)) {
        continue;
      }
      await page.evaluate((hash) => {
        location.hash = `#/${hash}`;
      }, place);
      await page.waitForTimeout(SETTLE_MS);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) {
        console.log(`! ${name} at ${width} px is ${wide} px too wide`);
      }
      await page.screenshot({
        path: join(folder, `${name}-${scheme}-${width}.png`),
        fullPage: Number(width) < 1000,
      });
    }
    await page.close();
  }
}
await browser.close();
own?.close();
