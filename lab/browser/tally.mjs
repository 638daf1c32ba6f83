// Checks that are counted: each is done within a time, said, and the program ends by how it went.
const TIMEOUT_MS = 15_000;
let passed = 0;
let failed = 0;

/** Does one check; what it throws is why it failed. */
export async function check(what, body, timeoutMs = TIMEOUT_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([body(), late]);
    passed++;
    console.log(`ok      ${what}`);
  } catch (e) {
    failed++;
    console.log(`FAILED  ${what}: ${e.message}`);
  } finally {
    clearTimeout(timer);
  }
}

export function expect(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

/** Says how many checks passed and failed, and ends the program. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
