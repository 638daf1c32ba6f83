// Server-sent events over fetch: unlike EventSource it sends a token, can be stopped, and says why
// it ended. The format is that of the HTML standard, "Server-sent events".
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 10_000;

/** Dispatched at the window to have streams that wait try again at once. */
export const RETRY = 'weft:retry';
const WAKERS = ['online', 'focus', RETRY];

/** Takes the text of a stream in pieces of any size, and gives the events that are whole. */
export class EventReader {
  #rest = '';
  #event = 'message';
  #data = [];

  /** Returns the events that a further piece completes, as { event, data }. */
  take(piece) {
    const found = [];
    const text = this.#rest + piece;
    // A CR at the end may be the first half of CR LF.
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    this.#rest = lines.pop() + text.slice(whole.length);
    for (const line of lines) {
      this.#line(line, found);
    }
    return found;
  }

  #line(line, found) {
    if (line === '') {
      if (this.#data.length > 0) {
        found.push({ event: this.#event, data: this.#data.join('\n') });
      }
      this.#event = 'message';
      this.#data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') {
      this.#event = value;
    } else if (field === 'data') {
      this.#data.push(value);
    }
  }
}

/**
 * Follows a stream, and opens it anew whenever it ends, until it is stopped.
 *
 * @param api sends the request
 * @param path of the stream
 * @param told called with the name and the value of each event
 * @param stood called with { open: true }, or { open: false, why, retryAt } when it is not
 * @param silentMillis a stream silent for so long is taken for dead; 0 for one that may be silent
 * @return a function that stops it
 */
export function follow(api, path, { told, stood, silentMillis = 0 }) {
  const stop = new AbortController();
  let again = () => {};
  const wake = () => again();
  WAKERS.forEach((name) => addEventListener(name, wake));

  async function once() {
    const end = new AbortController();
    const forward = () => end.abort();
    stop.signal.addEventListener('abort', forward, { once: true });
    let silence;
    const heard = () => {
      clearTimeout(silence);
      if (silentMillis > 0) {
        silence = setTimeout(() => end.abort(), silentMillis);
      }
    };
    try {
      heard();
      const answer = await api.send('GET', path, {
        headers: { Accept: 'text/event-stream' },
        signal: end.signal,
      });
      stood({ open: true });
      await read(answer.body, told, heard);
      return 'the node ended the stream';
    } catch (failure) {
      if (failure.name === 'AbortError') {
        return `nothing came for ${silentMillis / 1_000} s`;
      }
      return failure.message;
    } finally {
      clearTimeout(silence);
      stop.signal.removeEventListener('abort', forward);
    }
  }

  async function forever() {
    let backoff = BACKOFF_MIN_MS;
    while (!stop.signal.aborted) {
      const begun = performance.now();
      const why = await once();
      if (stop.signal.aborted) {
        return;
      }
      backoff = performance.now() - begun > BACKOFF_MAX_MS ? BACKOFF_MIN_MS : backoff;
      const wait = backoff * (0.75 + Math.random() / 2);
      stood({ open: false, why, retryAt: Date.now() + wait });
      await new Promise((resolve) => {
        again = resolve;
        setTimeout(resolve, wait);
      });
      backoff = Math.min(backoff * 2, BACKOFF_MAX_MS);
    }
  }

  forever();
  return () => {
    WAKERS.forEach((name) => removeEventListener(name, wake));
    stop.abort();
    again();
  };
}

async function read(body, told, heard) {
  const reader = new EventReader();
  const text = new TextDecoder();
  for await (const piece of pieces(body)) {
    heard();
    for (const { event, data } of reader.take(text.decode(piece, { stream: true }))) {
      told(event, JSON.parse(data));
    }
  }
}

async function* pieces(body) {
  const source = body.getReader();
  try {
    for (;;) {
      const { done, value } = await source.read();
      if (done) {
        return;
      }
      yield value;
    }
  } finally {
    source.releaseLock();
  }
}
