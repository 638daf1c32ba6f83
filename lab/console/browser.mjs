// Debian's Chromium, driven by playwright-core; nothing is downloaded.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';

const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the browser; throws when there is none. */
export function launch() {
  const executablePath = PATHS.find(existsSync);
  if (!executablePath) {
    throw new Error('no chromium (Debian: apt-get install chromium)');
  }
  return chromium.launch({ executablePath, args: FLAGS });
}

/** The source of axe-core, which is run in a page to check how accessible it is. */
export function axeSource() {
  return require('axe-core').source;
}
