import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { exchange } from '../http-exchange.ts';
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
  readonly #pool: Pool;
  readonly #stop = new AbortController();

  constructor(url: string, secret: string) {
    const { origin, pathname, search } = new URL(url);
    this.#path = pathname + search;
    this.#secret = secret;
    this.#pool = new Pool(origin, { connections: 64, headersTimeout: 2000, bodyTimeout: 2000 });
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
    try {
      // Ended by close(): a listener for each request on one signal costs more the more there are.
      const { status } = await exchange(this.#pool, {
        method: 'POST',
        path: this.#path,
        headers: {
          'content-type': 'application/json',
          'provider-signature': signWebhook(body, this.#secret, Date.now()),
        },
        body,
      });
      return status >= 200 && status < 300;
    } catch {
      return false;
    }
  }
}
