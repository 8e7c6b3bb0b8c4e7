// The public API, with a browser key; every refusal as one class.

const SECONDS = 1000;
const PATIENCE = { GET: 15 * SECONDS, POST: 30 * SECONDS };
const TRIES = 3;
const LONGEST_WAIT = 5;

export const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * SECONDS));

// `code` is the API's, or `offline`, `unreachable` (no answer, or none that may be read), `timeout`.
export class Refusal extends Error {
  constructor(code, { status = 0, message = "", details = {}, retryAfter = null } = {}) {
    super(message || code);
    Object.assign(this, { code, status, details, retryAfter });
  }

  // Whether the very same request may be sent again and could succeed.
  get passing() {
    const unanswered = ["unreachable", "timeout", "offline"].includes(this.code);
    return unanswered || (this.retryAfter !== null && this.status !== 429);
  }
}

async function refusalOf(answer) {
  const { error = {} } = await answer.json().catch(() => ({}));
  const seconds = Number(answer.headers.get("Retry-After") ?? NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds : null;
  return new Refusal(error.code ?? "internal_error", { ...error, status: answer.status, retryAfter });
}

// In web pages without TLS there is no crypto.randomUUID.
export const freshKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export class Api {
  constructor(origin, key) {
    this.origin = origin;
    this.key = key;
  }

  get(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
    const text = new URLSearchParams(given).toString();
    return this.#ask("GET", text ? `${path}?${text}` : path);
  }

  // Sent again by itself when there was no answer, or a promise of one: the key makes it count once.
  async post(path, body, idempotencyKey) {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#ask("POST", path, body, idempotencyKey);
      } catch (refusal) {
        if (!refusal.passing || tries === TRIES) throw refusal;
        await wait(Math.min(refusal.retryAfter ?? tries, LONGEST_WAIT));
      }
    }
  }

  async #ask(method, path, body, idempotencyKey) {
    const headers = { Authorization: `Bearer ${this.key}` };
    if (body) headers["Content-Type"] = "application/json";
    if (idempotencyKey) headers["Idempotency-Key"] = idempotencyKey;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE[method]);
    try {
      const options = { method, headers, body, signal: stop.signal, credentials: "omit", cache: "no-store" };
      const answer = await fetch(`${this.origin}/v1${path}`, options);
      if (!answer.ok) throw await refusalOf(answer);
      return await answer.json();
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw new Refusal(stop.signal.aborted ? "timeout" : navigator.onLine === false ? "offline" : "unreachable");
    } finally {
      clearTimeout(timer);
    }
  }

  // A browser hides a refusal for its origin: if the script can be read from there, that is what it was.
  async isThere() {
    try {
      return (await fetch(`${this.origin}/widget/v1/availengine.js`, { method: "HEAD", credentials: "omit" })).ok;
    } catch {
      return false;
    }
  }
}
