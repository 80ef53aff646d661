import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { exchange, maxAnswerBytes } from '../http-exchange.ts';
import { timeLimit } from '../time-limit.ts';
import type { LedgerEntry } from './ledger.ts';
import { signWebhook } from './webhook-signature.ts';

const typeOf = {
  charge: 'charge.succeeded',
  decline: 'charge.declined',
  refund: 'refund.succeeded',
} as const;
const attempts = 5;

const bodyOf = ({ seq, type, key: _key, fingerprint: _fingerprint, at, ...data }: LedgerEntry): string =>
  JSON.stringify({ id: `evt_${seq}`, type: typeOf[type], createdAt: at, data });

/**
 * Posts signed webhooks, each until a 2xx comes or five tries failed. What was not delivered when the simulator stops
 * is lost, as at a real provider: reconciliation has to find it.
 */
export class WebhookSender {
  readonly #path: string;
  readonly #secret: string;
  readonly #timeoutMs: number;
  readonly #pool: Pool;
  readonly #stop = new AbortController();

  /** `timeoutMs`: for one try, its answer included. */
  constructor(url: string, secret: string, timeoutMs = 5000) {
    const { origin, pathname, search } = new URL(url);
    this.#path = pathname + search;
    this.#secret = secret;
    this.#timeoutMs = timeoutMs;
    this.#pool = new Pool(origin, {
      connections: 64,
      headersTimeout: 2000,
      bodyTimeout: 2000,
      maxResponseSize: maxAnswerBytes,
    });
  }

  /** Resolves when the webhook is delivered or given up; never rejects. */
  async deliver(entry: LedgerEntry): Promise<void> {
    const body = bodyOf(entry);
    for (let attempt = 0; attempt < attempts && !this.#stop.signal.aborted; attempt++) {
      if (await this.#post(body)) return;
      await delay(200 * 2 ** attempt, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#pool.destroy();
  }

  async #post(body: string): Promise<boolean> {
    // undici's own limits are for each part of an answer. Ended by close(): a listener for each request on one signal costs
    // more the more there are.
    const limit = timeLimit(this.#timeoutMs);
    const headers = {
      'content-type': 'application/json',
      'provider-signature': signWebhook(body, this.#secret, Date.now()),
    };
    try {
      const options = { method: 'POST', path: this.#path, headers, body } as const;
      const { status } = await exchange(this.#pool, options, limit.signal);
      return status >= 200 && status < 300;
    } catch {
      return false;
    } finally {
      limit.end();
    }
  }
}
