// A line to a site that can be cut: a TCP proxy on loopback, so that a browser loses a node while
// the node runs on.
import { connect, createServer } from 'node:net';

/** Opens a line to an address, as in http://127.0.0.1:9080; resolves to its own and its ends. */
export async function line(address) {
  const { hostname, port } = new URL(address);
  const open = new Set();
  let cut = false;
  const server = createServer((near) => {
    if (cut) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      open.add(one);
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      // An error is followed by a close.
      one.on('error', () => {});
      one.pipe(other);
    }
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const drop = () => open.forEach((one) => one.destroy());
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    cut() {
      cut = true;
      drop();
    },
    mend() {
      cut = false;
    },
    close() {
      drop();
      server.close();
    },
  };
}
