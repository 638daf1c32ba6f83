// Takes the pictures of the console for docs/OPERATIONS.md.
//
// usage: node lab/tour/pictures.mjs ADMIN FOLDER KILL    KILL: the command that kills n3
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from '../console/browser.mjs';

const [admin, folder, kill] = process.argv.slice(2);
if (!kill) {
  console.error('pictures.mjs: something is missing (expected: ADMIN FOLDER KILL)');
  process.exit(2);
}
const SIZE = { width: 1280, height: 800 };
const SETTLE_MS = 1_500;
/** So that lines and cloth have a past. */
const PAST_MS = 45_000;
const LARGEST_BYTES = 150_000;
mkdirSync(folder, { recursive: true });

const browser = await launch();
const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' });
await page.goto(`${admin}/console/`);
await page.waitForTimeout(PAST_MS);

async function shot(name, place, { scheme = 'light', before = null } = {}) {
  await page.emulateMedia({ colorScheme: scheme });
  await page.evaluate((hash) => {
    location.hash = `#/${hash}`;
  }, place);
  await page.waitForTimeout(SETTLE_MS);
  await before?.();
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  const { size } = statSync(path);
  console.log(`${name}.png: ${size} bytes`);
  if (size > LARGEST_BYTES) {
    console.error(`pictures.mjs: ${name}.png: ${size} bytes (expected: at most ${LARGEST_BYTES})`);
    process.exitCode = 1;
  }
}

/** The way of the latest order, by its trace; placing one calls two services. */
async function latestOrder() {
  const { traces } = await (await fetch(`${admin}/v1/traces?limit=50`)).json();
  return traces.filter((one) => one.root.includes('POST')).sort((a, b) => b.spans - a.spans)[0];
}

await shot('overview', 'overview');
await shot('services', 'graph?by=service', { scheme: 'dark' });
await shot('service', 'services/orders');
await shot('trace', `traces/${(await latestOrder()).trace}`);
await shot('split', 'policies?service=greeter', {
  before: async () => {
    await page.locator('input[type=range]').first().fill('20');
    await page.waitForTimeout(SETTLE_MS);
  },
});
await shot('nodes', 'nodes');
execFileSync('bash', ['-c', kill], { stdio: ['ignore', 'ignore', 'inherit'] });
await page.waitForTimeout(SETTLE_MS);
await shot('killed', 'graph?by=node');
await browser.close();
