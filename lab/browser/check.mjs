// What a browser, and the event-bus client from npm, see of a running gateway.
//
// usage: WEFT_TOKEN=$(scripts/weft token) \
//          node lab/browser/check.mjs http://127.0.0.1:8080 [folder for screenshots]
//
// Prints what was checked, then a line "N passed, N failed"; exit code 1 when something failed.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { check, expect, finish } from './tally.mjs';

const require = createRequire(import.meta.url);
const EventBus = require('@vertx/eventbus-bridge-client.js');
const { chromium } = require('playwright-core');

const base = process.argv[2];
const shots = process.argv[3];
if (!base || !/^https?:\/\/[^/]+$/.test(base)) {
  console.error('check.mjs: the gateway is missing (expected: http://host:port)');
  process.exit(2);
}

if (!process.env.WEFT_TOKEN) {
  console.error('check.mjs: WEFT_TOKEN is missing (expected: what scripts/weft token prints)');
  process.exit(2);
}
const authorized = { Authorization: `Bearer ${process.env.WEFT_TOKEN}` };

async function newUser() {
  const answer = await fetch(`${base}/v1/users`, {
    method: 'POST',
    headers: { ...authorized, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      email: `bridge-${process.pid}-${Date.now()}@example.com`,
      name: 'Bridge',
      currency: 'EUR',
      creditLimit: 100_000,
    }),
  });
  expect(answer.status === 201, `creating a user answered ${answer.status}`);
  return answer.json();
}

async function placeOrder(customer) {
  const answer = await fetch(`${base}/v1/orders`, {
    method: 'POST',
    headers: {
      ...authorized,
      'Content-Type': 'application/json',
      'Idempotency-Key': `check-${process.pid}-${Math.random()}`,
    },
    body: JSON.stringify({
      userId: customer.id,
      currency: 'EUR',
      lines: [{ sku: 'A-2', quantity: 1, unitPrice: 500 }],
    }),
  });
  expect(answer.status === 201, `placing an order answered ${answer.status}`);
  return answer.json();
}

function opened() {
  return new Promise((resolve, reject) => {
    const bus = new EventBus(`${base}/eventbus`);
    bus.defaultHeaders = authorized;
    bus.onopen = () => resolve(bus);
    bus.onerror = (e) => reject(new Error(JSON.stringify(e)));
  });
}

function send(bus, address, body, headers) {
  return new Promise((resolve, reject) => {
    bus.send(address, body, headers ?? {}, (failure, message) =>
      failure ? reject(Object.assign(new Error(failure.message), failure)) : resolve(message.body));
  });
}

async function refused(promise) {
  try {
    await promise;
  } catch (e) {
    return e;
  }
  throw new Error('was answered (expected: refused)');
}

const user = await newUser();
const bus = await opened();

await check('the bridge answers users.get as HTTP does', async () => {
  const overBridge = await send(bus, 'users.get', { id: user.id });
  const overHttp = await (
    await fetch(`${base}/v1/users/${user.id}`, { headers: authorized })
  ).json();
  expect(
    JSON.stringify(overBridge) === JSON.stringify(overHttp),
    `${JSON.stringify(overBridge)} (expected: ${JSON.stringify(overHttp)})`);
});

await check('the bridge places an order with its key, once', async () => {
  const order = {
    userId: user.id,
    currency: 'EUR',
    lines: [{ sku: 'A-1', quantity: 3, unitPrice: 1_250 }],
  };
  const headers = { 'Idempotency-Key': `bridge-${user.id}` };
  const first = await send(bus, 'orders.place', order, headers);
  const again = await send(bus, 'orders.place', order, headers);
  expect(first.total === 3_750, `total ${first.total} (expected: 3750)`);
  expect(first.id === again.id, `two orders: ${first.id} and ${again.id}`);
});

await check('the bridge refuses what HTTP refuses', async () => {
  const failure = await refused(send(bus, 'users.get', { id: 'nobody' }));
  expect(failure.failureCode === 400, `code ${failure.failureCode} (expected: 400)`);
});

await check('the bridge reaches no other address', async () => {
  for (const address of ['users.reserve', 'weft.announcements', 'node.scale', '__vertx.subs']) {
    const failure = await refused(send(bus, address, {}));
    expect(failure.failureCode !== 200, `${address} was answered`);
  }
});

await check('the bridge tells of the orders of one user, from the registration on', async () => {
  const placed = new Promise((resolve, reject) => {
    bus.registerHandler('orders.placed', { owner: user.id }, (failure, message) =>
      failure ? reject(new Error(JSON.stringify(failure))) : resolve(message.body));
  });
  const order = await placeOrder(user);
  const event = await placed;
  expect(event.aggregate === order.id, `${JSON.stringify(event)} (expected: of ${order.id})`);
  expect(event.body.total === order.total, `total ${event.body.total} (expected: ${order.total})`);
});

await check('the bridge takes nothing for a topic', async () => {
  const failure = await refused(send(bus, 'orders.placed', {}));
  expect(failure.failureCode === 403, `code ${failure.failureCode} (expected: 403)`);
});
bus.close();

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
if (!executablePath) {
  await check('the API page', async () => {
    throw new Error('no chromium (Debian: apt-get install chromium)');
  });
} else {
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  // An EventSource of a page cannot send a header of its own: here the browser adds it.
  await page.setExtraHTTPHeaders(authorized);
  const strangers = [];
  const complaints = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('data:')) {
      strangers.push(request.url());
    }
  });
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  page.on('pageerror', (e) => complaints.push(e.message));

  await check('the API page shows every path of the contract', async () => {
    await page.goto(`${base}/docs`);
    await page.getByText('/v1/orders/{id}/cancel').first().waitFor();
    for (const path of ['/v1/users', '/v1/users/{id}', '/v1/orders', '/v1/orders/{id}']) {
      expect(await page.getByText(path, { exact: true }).first().isVisible(), `${path} is missing`);
    }
  });

  await check('the API page asks no other host and has nothing to complain of', async () => {
    expect(strangers.length === 0, strangers.join(', '));
    expect(complaints.length === 0, complaints.join(', '));
  });

  await check('the API page tries the API', async () => {
    const operation = page.locator('#operations-users-listUsers');
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('.execute').click();
    const status = operation.locator('.live-responses-table tbody .response-col_status').first();
    await status.waitFor();
    const text = await status.innerText();
    expect(text.startsWith('200'), `status ${text} (expected: 200)`);
  });

  await check('an EventSource hears of the orders that its page places, and goes on', async () => {
    const seen = await page.evaluate(async (id) => {
      const path = `/v1/users/${id}/orders/events`;
      const told = [];
      const place = (key) =>
        fetch('/v1/orders', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
          body: JSON.stringify({
            userId: id,
            currency: 'EUR',
            lines: [{ sku: 'A-3', quantity: 1, unitPrice: 100 }],
          }),
        }).then((answer) => answer.json());
      const until = (address, order) =>
        new Promise((resolve, reject) => {
          const source = new EventSource(address);
          source.onerror = () => reject(new Error('the stream failed'));
          for (const topic of ['orders.placed', 'orders.confirmed']) {
            source.addEventListener(topic, (event) => {
              const body = JSON.parse(event.data);
              told.push([Number(event.lastEventId), event.type, body.orderId]);
              if (event.type === 'orders.confirmed' && body.orderId === order.id) {
                source.close();
                resolve(event.lastEventId);
              }
            });
          }
        });
      const first = await place(`page-${id}-1`);
      const last = await until(path, first);
      const second = await place(`page-${id}-2`);
      await until(`${path}?after=${last}`, second);
      return { told, first: first.id, second: second.id };
    }, user.id);
    const of = (order) => seen.told.filter((t) => t[2] === order).map((t) => t[1]).join();
    for (const order of [seen.first, seen.second]) {
      expect(of(order) === 'orders.placed,orders.confirmed', `${order}: ${of(order)}`);
    }
    const positions = seen.told.map((t) => t[0]);
    expect(positions.every((p, i) => i === 0 || p > positions[i - 1]), positions.join());
  });

  if (shots) {
    await page.screenshot({ path: join(shots, 'docs.png') });
  }
  await browser.close();
}

finish();
