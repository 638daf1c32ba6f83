// The admin API over HTTP: a token where one is wanted, problem documents as errors.
const TOKEN = 'weft.token';
/** What the audit log calls who has no token, as on loopback. */
const NAME = 'weft.name';
const NAMELESS = 'console';
/** Why a token was not taken, by the status of the answer. */
const REFUSALS = {
  401: 'it is not good, or no longer',
  403: 'it is not an operator\'s (scope operate)',
};
/** The code of a refusal whose token is good and may not. */
const DENIED = 'access_denied';

/** What the API says went wrong: its status, its stable code, what to do, the fields at fault. */
export class Problem extends Error {
  constructor(status, document) {
    super(document.detail ?? `the node answered ${status}`);
    this.status = status;
    this.code = document.code ?? `http.${status}`;
    this.faults = (document.errors ?? []).map((fault) => fault.detail ?? fault.message ?? '');
    this.document = document;
  }
}

/** Whether another token would help: there was none, or one that is no good or may too little. */
function wantsToken({ status, code }) {
  return status === 401 || (status === 403 && code === DENIED);
}

export class Api {
  #askToken;
  #asking;
  #declined = false;

  /**
   * @param askToken asks the operator for a token, with why the last one was not taken; resolves to
   *     it, or null when there is none
   */
  constructor(askToken) {
    this.#askToken = askToken;
  }

  get(path, options) {
    return this.#json('GET', path, options);
  }

  /** Sends a change; a body that is no text goes as JSON. */
  post(path, body, options) {
    return this.#json('POST', path, { ...options, body });
  }

  put(path, body, options) {
    return this.#json('PUT', path, { ...options, body });
  }

  async #json(method, path, options) {
    const answer = await this.send(method, path, options);
    return answer.status === 204 ? {} : answer.json();
  }

  /** Sends a request; whatever is no success is thrown as a Problem. */
  async send(method, path, { body, headers, signal } = {}) {
    for (;;) {
      const answer = await this.#once(method, path, body, headers, signal);
      if (answer.ok) {
        return answer;
      }
      const problem = new Problem(answer.status, await answer.json().catch(() => ({})));
      if (!wantsToken(problem) || !(await this.#newToken(problem))) {
        throw problem;
      }
    }
  }

  async #once(method, path, body, headers, signal) {
    const all = new Headers(headers);
    const token = sessionStorage.getItem(TOKEN);
    if (token) {
      all.set('Authorization', `Bearer ${token}`);
    }
    if (method !== 'GET') {
      all.set('Weft-User', this.name);
    }
    if (body !== undefined && !all.has('Content-Type')) {
      all.set('Content-Type', typeof body === 'string' ? 'application/yaml' : 'application/json');
    }
    const content = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    try {
      return await fetch(path, { method, body: content, headers: all, signal, cache: 'no-store' });
    } catch (failure) {
      if (failure.name === 'AbortError') {
        throw failure;
      }
      throw new Problem(0, {
        code: 'node.unreachable',
        detail: `the node at ${location.host} does not answer`,
      });
    }
  }

  /** Whether a token says who asks. */
  get known() {
    return sessionStorage.getItem(TOKEN) !== null;
  }

  /** What the operator calls himself. */
  get name() {
    return localStorage.getItem(NAME) ?? NAMELESS;
  }

  /** What the audit log takes for a name: letters, digits, and . @ - _ between them. */
  set name(given) {
    const held = given.trim().replace(/[^\w.@-]+/g, '-').slice(0, 64);
    if (held) {
      localStorage.setItem(NAME, held);
    } else {
      localStorage.removeItem(NAME);
    }
  }

  /** Whether a token is wanted and the operator would not give one. */
  get locked() {
    return this.#declined;
  }

  /** Asks for a token again, after the operator would not give one. */
  unlock() {
    this.#declined = false;
    return this.#newToken();
  }

  // However many requests meet a 401, the operator is asked once. What is given stays in this tab.
  #newToken(problem) {
    if (this.#declined) {
      return false;
    }
    this.#asking ??= Promise.resolve(this.#askToken(this.known ? REFUSALS[problem?.status] : null))
      .then((token) => {
        if (token) {
          sessionStorage.setItem(TOKEN, token);
        } else {
          sessionStorage.removeItem(TOKEN);
          this.#declined = true;
        }
        return Boolean(token);
      })
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }
}
