// The SockJS client from npm calls users.get through the bridge, and gets what HTTP gives.
// usage: node .ci/bridge.cjs http://127.0.0.1:8080
const EventBus = require('@vertx/eventbus-bridge-client.js');

const base = process.argv[2];
const TIMEOUT_MS = 20_000;

function fail(why) {
  console.error(`bridge: ${why}`);
  process.exit(1);
}

async function main() {
  const created = await fetch(`${base}/v1/users`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'ci-bridge' },
    body: JSON.stringify({
      email: 'bridge@ci.example', name: 'Bridge', currency: 'EUR', creditLimit: 100,
    }),
  });
  if (created.status !== 201) {
    fail(`creating a user answered ${created.status} ${await created.text()}`);
  }
  const { id } = await created.json();
  const overHttp = await (await fetch(`${base}/v1/users/${id}`)).json();
  const bus = new EventBus(`${base}/eventbus`);
  bus.onerror = (e) => fail(JSON.stringify(e));
  bus.onopen = () => {
    bus.send('users.get', { id }, {}, (failure, message) => {
      if (failure) {
        fail(JSON.stringify(failure));
      }
      if (JSON.stringify(message.body) !== JSON.stringify(overHttp)) {
        fail(`${JSON.stringify(message.body)} (expected: ${JSON.stringify(overHttp)})`);
      }
      bus.send('node.scale', { service: 'users', instances: 0 }, {}, (refusal) => {
        if (!refusal) {
          fail('node.scale was answered (expected: refused)');
        }
        console.log(`bridge: users.get answered as HTTP does: ${id}`);
        process.exit(0);
      });
    });
  };
}

setTimeout(() => fail(`no answer in ${TIMEOUT_MS} ms`), TIMEOUT_MS);
main().catch((e) => fail(e.stack));
