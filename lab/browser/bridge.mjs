// Who may what over the event-bus bridge of a running gateway: by the client from npm, in Node.js and
// in a browser, and by bytes over TCP.
//
// usage: node lab/browser/bridge.mjs http://127.0.0.1:8080 <data folder>
//
// The data folder is the nodes': tokens are signed with its key, and it says where the bridge listens
// for TCP clients, when it does (--bridge-tcp-port). Prints what was checked, then a line "N passed, N
// failed"; exit code 1 when something failed.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, expect, finish } from './tally.mjs';

const require = createRequire(import.meta.url);
const EventBus = require('@vertx/eventbus-bridge-client.js');
const { chromium } = require('playwright-core');

const SHORT_SECONDS = 6;
const [base, data] = process.argv.slice(2);
if (!base || !data) {
  console.error('bridge.mjs: expected: http://host:port, the data folder of the nodes');
  process.exit(2);
}
const nodes = join(data, 'nodes');
const tcp = readdirSync(nodes)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(join(nodes, file), 'utf8')).addresses.bridge)
  .find((address) => address);
const weft = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'scripts', 'weft');

function token(...options) {
  return execFileSync(weft, ['token', '--data', data, ...options], { encoding: 'utf8' }).trim();
}

const authorized = (jwt) => ({ Authorization: `Bearer ${jwt}` });
const operator = authorized(token());

async function post(path, body) {
  const answer = await fetch(base + path, {
    method: 'POST',
    headers: {
      ...operator,
      'Content-Type': 'application/json',
      'Idempotency-Key': `bridge-${process.pid}-${Math.random()}`,
    },
    body: JSON.stringify(body),
  });
  expect(answer.status === 201, `POST ${path} answered ${answer.status}`);
  return answer.json();
}

const newUser = (name) =>
  post('/v1/users', {
    email: `${name}-${process.pid}-${Date.now()}@example.com`,
    name,
    currency: 'EUR',
    creditLimit: 100_000,
  });

const placeOrder = (user) =>
  post('/v1/orders', {
    userId: user.id,
    currency: 'EUR',
    lines: [{ sku: 'A-1', quantity: 1, unitPrice: 100 }],
  });

function opened(headers) {
  return new Promise((resolve, reject) => {
    const bus = new EventBus(`${base}/eventbus`);
    bus.defaultHeaders = headers;
    bus.onopen = () => resolve(bus);
    bus.onerror = (e) => reject(new Error(JSON.stringify(e)));
  });
}

function send(bus, address, body) {
  return new Promise((resolve, reject) => {
    bus.send(address, body, {}, (failure, message) =>
      failure ? reject(Object.assign(new Error(failure.message), failure)) : resolve(message.body));
  });
}

async function refusedWith(code, promise) {
  let failure;
  try {
    await promise;
  } catch (e) {
    failure = e;
  }
  expect(failure, `was answered (expected: ${code})`);
  expect(failure.failureCode === code, `${failure.failureCode} (expected: ${code})`);
}

const ada = await newUser('ada');
const ben = await newUser('ben');
const ofAda = authorized(token('--role', 'customer', '--subject', ada.id));
const short = token('--role', 'customer', '--subject', ada.id, '--lifetime', `${SHORT_SECONDS}s`);
const shortEnds = Date.now() + SHORT_SECONDS * 1_000;

await check('a topic ends with its token, and a new token goes on in the same connection', async () => {
  const bus = await opened(authorized(short));
  await send(bus, 'users.get', { id: ada.id });
  const ended = new Promise((resolve) => {
    bus.registerHandler('orders.placed', {}, (failure) => failure && resolve(failure));
  });
  const failure = await ended;
  expect(Date.now() >= shortEnds - 2_000, 'ended too early');
  expect(failure.failureCode === 401, JSON.stringify(failure));
  await refusedWith(401, send(bus, 'users.get', { id: ada.id }));
  bus.defaultHeaders = ofAda;
  expect((await send(bus, 'users.get', { id: ada.id })).id === ada.id, 'another user');
  bus.close();
});

await check('without a token, or with a wrong one, nothing is answered that takes one', async () => {
  for (const headers of [null, authorized('x.y.z'), authorized(`${short.slice(0, -4)}AAAA`)]) {
    const bus = await opened(headers);
    await refusedWith(401, send(bus, 'users.get', { id: ada.id }));
    const told = new Promise((resolve) => {
      bus.registerHandler('orders.placed', {}, (failure) => resolve(failure));
    });
    expect((await told)?.failureCode === 401, 'registered');
    bus.close();
  }
});

await check('a customer reaches their own account and no other', async () => {
  const bus = await opened(ofAda);
  expect((await send(bus, 'users.get', { id: ada.id })).id === ada.id, 'another user');
  await refusedWith(403, send(bus, 'users.get', { id: ben.id }));
  await refusedWith(403, send(bus, 'users.list', {}));
  bus.close();
});

await check('a customer hears of their own orders and no others', async () => {
  const bus = await opened(ofAda);
  const first = new Promise((resolve, reject) => {
    bus.registerHandler('orders.placed', {}, (failure, message) =>
      failure ? reject(new Error(JSON.stringify(failure))) : resolve(message.body));
  });
  await send(bus, 'users.get', { id: ada.id });
  await placeOrder(ben);
  const order = await placeOrder(ada);
  expect((await first).aggregate === order.id, 'an order of another');
  bus.close();
});

await check('a client that talks nonsense is cut off, and others are served', async () => {
  const bus = await opened(null);
  const closed = new Promise((resolve) => (bus.onclose = resolve));
  bus.onerror = () => {};
  for (let i = 0; i < 100; i++) {
    bus.sockJSConn.send('{"type":"dance"}');
  }
  await closed;
  const other = await opened(ofAda);
  expect((await send(other, 'users.get', { id: ada.id })).id === ada.id, 'another user');
  other.close();
});

if (!tcp) {
  console.log('none    no TCP port of the bridge; not checked (--bridge-tcp-port 0)');
} else {
  const [host, port] = tcp.split(':');
  const framed = (message) => {
    const bytes = Buffer.from(JSON.stringify(message));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const talk = (bytes, count) =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), host, () => socket.write(bytes));
      const messages = [];
      let rest = Buffer.alloc(0);
      socket.on('error', reject);
      socket.on('close', () => resolve({ messages, closed: true }));
      socket.on('data', (more) => {
        rest = Buffer.concat([rest, more]);
        while (rest.length >= 4 && rest.length - 4 >= rest.readUInt32BE(0)) {
          const end = 4 + rest.readUInt32BE(0);
          messages.push(JSON.parse(rest.subarray(4, end)));
          rest = rest.subarray(end);
        }
        if (messages.length >= count) {
          socket.destroy();
          resolve({ messages, closed: false });
        }
      });
    });
  const get = { type: 'send', address: 'users.get', replyAddress: 'r', body: { id: ada.id } };

  await check('over TCP the rules are the same', async () => {
    const all = Buffer.concat([
      framed({ type: 'ping' }),
      framed(get),
      framed({ ...get, headers: ofAda }),
      framed({ ...get, headers: ofAda, body: { id: ben.id } }),
    ]);
    const { messages } = await talk(all, 4);
    const of = (type, code) =>
      messages.find((m) => m.type === type && (!code || m.failureCode === code));
    expect(of('pong'), 'no pong');
    expect(of('message')?.body.id === ada.id, JSON.stringify(messages));
    expect(of('err', 401) && of('err', 403), JSON.stringify(messages));
  });

  await check('over TCP a length of 2 GiB ends the conversation', async () => {
    const { messages, closed } = await talk(Buffer.from([0x7f, 0xff, 0xff, 0xff, 0x7b]), 2);
    expect(closed && messages.length === 1, JSON.stringify(messages));
  });
}

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
await check('in a browser the client from npm goes by its token', async () => {
  expect(executablePath, 'no chromium (Debian: apt-get install chromium)');
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  });
  try {
    // The scripts are put into the page from here, which a page's own policy would not allow.
    const page = await (await browser.newContext({ bypassCSP: true })).newPage();
    await page.goto(`${base}/health/live`);
    await page.addScriptTag({ path: require.resolve('sockjs-client/dist/sockjs.min.js') });
    await page.addScriptTag({ path: require.resolve('@vertx/eventbus-bridge-client.js') });
    const place = placeOrder;
    await page.exposeFunction('placeOrder', () => place(ada).then((order) => order.id));
    const seen = await page.evaluate(
      async ([headers, id]) => {
        const bus = new window.EventBus('/eventbus');
        await new Promise((resolve) => (bus.onopen = resolve));
        const get = () =>
          new Promise((resolve) =>
            bus.send('users.get', { id }, {}, (failure, message) =>
              resolve(failure ? failure.failureCode : message.body.id)));
        const nobody = await get();
        bus.defaultHeaders = { Authorization: 'Bearer x.y.z' };
        const wrong = await get();
        bus.defaultHeaders = headers;
        const right = await get();
        const heard = new Promise((resolve) =>
          bus.registerHandler('orders.placed', {}, (failure, message) =>
            resolve(failure ? failure.failureCode : message.body.aggregate)));
        await get();
        const order = await window.placeOrder();
        const event = await heard;
        bus.close();
        return { nobody, wrong, right, order, event };
      },
      [ofAda, ada.id]);
    expect(seen.nobody === 401 && seen.wrong === 401, JSON.stringify(seen));
    expect(seen.right === ada.id && seen.order === seen.event, JSON.stringify(seen));
  } finally {
    await browser.close();
  }
}, 30_000);

finish();
