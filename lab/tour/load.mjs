// What customers of a shop do, until it is stopped: they look at their account and their orders, and
// place some, over all gateways; and some are greeted.
//
// usage: node lab/tour/load.mjs ADMIN GATEWAY…    each as in http://127.0.0.1:8080
//
// The token of an operator is in WEFT_TOKEN.
const EVERY_MS = 20;
const ORDERS_OF = 4;
const CUSTOMERS = ['Ada', 'Grace', 'Edsger', 'Barbara'];
const CREDIT = 900_000_000;

const [admin, ...gateways] = process.argv.slice(2);
const token = process.env.WEFT_TOKEN;
if (!token || gateways.length === 0) {
  console.error('load.mjs: nothing to ask (expected: ADMIN GATEWAY… and WEFT_TOKEN): see its head');
  process.exit(2);
}
let turn = 0;

async function ask(method, path, body) {
  const answer = await fetch(`${gateways[turn % gateways.length]}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      ...(method === 'POST' && { 'Idempotency-Key': `tour-${process.pid}-${turn}` }),
    },
    body: body && JSON.stringify(body),
  });
  const said = await answer.text();
  if (!answer.ok) {
    throw new Error(`${method} ${path}: ${answer.status} ${said}`);
  }
  return JSON.parse(said);
}

const customers = [];
for (const name of CUSTOMERS) {
  turn++;
  const email = `${name.toLowerCase()}.${process.pid}@example.com`;
  customers.push(await ask('POST', '/v1/users',
    { email, name, currency: 'EUR', creditLimit: CREDIT }));
}

/** One thing that a customer does; most look, some buy. */
function step() {
  const { id } = customers[turn % customers.length];
  switch (Math.floor(turn / customers.length) % ORDERS_OF) {
    case 0:
      return ask('POST', '/v1/orders', { userId: id, currency: 'EUR',
        lines: [{ sku: `LOOM-${turn % 7}`, quantity: 1 + turn % 3, unitPrice: 19_900 }] });
    case 1:
      return ask('GET', `/v1/users/${id}`);
    case 2:
      return ask('GET', `/v1/users/${id}/orders/summary`);
    default:
      return fetch(`${admin}/v1/calls`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          operation: 'greeter.hello', body: { name: 'Ada' }, kind: 'query' }),
      }).then((answer) => answer.text());
  }
}

setInterval(() => {
  turn++;
  // What fails shows in what is looked at; a node of the tour is killed.
  step().catch((failure) => console.error(failure.message));
}, EVERY_MS);
