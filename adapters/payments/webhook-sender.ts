import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
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
  readonly #url: string;
  readonly #secret: string;
  readonly #agent = new Agent({ connections: 16, headersTimeout: 2000, bodyTimeout: 2000 });
  readonly #stop = new AbortController();

  constructor(url: string, secret: string) {
    this.#url = url;
    this.#secret = secret;
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
    await this.#agent.destroy();
  }

  async #post(body: string): Promise<boolean> {
    try {
      const answer = await request(this.#url, {
        method: 'POST',
        // Ended by close(): a listener for each request on one signal costs more the more there are.
        dispatcher: this.#agent,
        headers: {
          'content-type': 'application/json',
          'provider-signature': signWebhook(body, this.#secret, Date.now()),
        },
        body,
      });
      await answer.body.dump();
      return answer.statusCode >= 200 && answer.statusCode < 300;
    } catch {
      return false;
    }
  }
}
