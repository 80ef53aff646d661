import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { Ledger, type LedgerEntry } from './ledger.ts';
import { chargeRequest, refundRequest } from './provider-api.ts';
import { modeOfToken, simulatorMode, type SimulatorMode } from './simulator-mode.ts';
import { WebhookSender } from './webhook-sender.ts';

export interface SimulatorOptions {
  /** Holds `ledger.jsonl`; the same folder after a restart has the same books. */
  folder: string;
  /** 0 takes any free port. */
  port: number;
  webhook?: { url: string; secret: string };
  /** Who wants to move money has to know it. */
  apiKey?: string;
  /** How long `tok_slow` keeps its caller waiting. */
  slowMs?: number;
}

export interface PaymentSimulator {
  baseUrl: string;
  close(): Promise<void>;
}

/** How long after its answer the provider reports an ordinary charge, in ms. */
const webhookDelayMs = 500;
/** How often `tok_webhook_repeated` has its charge reported, all at once. */
const webhookCopies = 5;

/** Starts the payment provider's stand-in on 127.0.0.1: an HTTP server of its own with books of its own. */
export const startPaymentSimulator = async (options: SimulatorOptions): Promise<PaymentSimulator> => {
  const ledger = new Ledger(options.folder);
  const sender = options.webhook && new WebhookSender(options.webhook.url, options.webhook.secret);
  const app = simulatorApp(ledger, sender, options);
  const listener = getRequestListener(app.fetch);
  const server = createServer((request, response) => void listener(request, response));
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await sender?.close();
      ledger.close();
    },
  };
};

const simulatorApp = (
  ledger: Ledger,
  sender: WebhookSender | undefined,
  { slowMs = 2000, apiKey }: SimulatorOptions,
): Hono => {
  let modeForAll: SimulatorMode | undefined;
  const misbehaved = new Map<string, number>();
  const tell = async (entry: LedgerEntry, copies = 1): Promise<void> => {
    await Promise.all(Array.from({ length: copies }, async () => sender?.deliver(entry)));
  };

  const tellLater = (entry: LedgerEntry): void => {
    if (sender) setTimeout(() => void tell(entry), webhookDelayMs).unref();
  };

  const misbehaves = (key: string, { times }: SimulatorMode): boolean => {
    const before = misbehaved.get(key) ?? 0;
    misbehaved.set(key, before + 1);
    return times === undefined || before < times;
  };

  const app = new Hono();

  app.on('POST', '/v1/*', async (c, next) => {
    if (apiKey !== undefined && c.req.header('authorization') !== `Bearer ${apiKey}`)
      return c.json({ reason: 'key-unknown' }, 401);
    return next();
  });

  app.post('/v1/charges', async (c) => {
    const key = c.req.header('idempotency-key');
    const body = chargeRequest.safeParse(await c.req.json().catch(() => undefined));
    if (!key || !body.success) return c.json({ reason: 'invalid-request' }, 400);
    const tokenMode = modeOfToken(body.data.paymentToken);
    const mode = modeForAll ?? tokenMode ?? { kind: 'declined' };
    if (mode.kind === 'error' && misbehaves(key, mode)) return c.json({ reason: 'internal' }, 500);

    const declined = tokenMode ? 'card-declined' : 'unknown-token';
    const result = ledger.charge(key, body.data, mode.kind === 'declined' ? declined : undefined);
    if (result.outcome === 'booked') {
      // As a rule a provider answers first and reports later.
      if (mode.kind === 'approve') tellLater(result.entry);
      else {
        const isRepeated = mode.kind === 'webhook_repeated' || mode.kind === 'webhook_flood';
        const told = tell(result.entry, isRepeated ? webhookCopies : 1);
        if (mode.kind === 'webhook_first' || mode.kind === 'webhook_flood') await told;
      }
    }
    if (mode.kind === 'timeout' && misbehaves(key, mode)) await callerGone(c);
    if (mode.kind === 'slow')
      await delay(slowMs, undefined, { signal: c.req.raw.signal }).catch(() => undefined);

    if (!('entry' in result)) return c.json({ reason: result.outcome }, 409);
    return result.entry.type === 'charge'
      ? c.json({ chargeId: result.entry.chargeId }, 201)
      : c.json({ reason: result.entry.type === 'decline' ? result.entry.reason : 'key-reused' }, 402);
  });

  app.post('/v1/refunds', async (c) => {
    const key = c.req.header('idempotency-key');
    const body = refundRequest.safeParse(await c.req.json().catch(() => undefined));
    if (!key || !body.success) return c.json({ reason: 'invalid-request' }, 400);
    if (modeForAll?.kind === 'error' && misbehaves(key, modeForAll))
      return c.json({ reason: 'internal' }, 500);
    const result = ledger.refund(key, body.data);
    if (!('entry' in result))
      return c.json({ reason: result.outcome }, result.outcome === 'key-reused' ? 409 : 422);
    if (result.outcome === 'booked') void tell(result.entry);
    return result.entry.type === 'refund'
      ? c.json({ refundId: result.entry.refundId }, 201)
      : c.json({ reason: 'key-reused' }, 409);
  });

  app.get('/v1/charges', (c) => {
    const charges = (c.req.queries('order') ?? []).flatMap((orderId) => ledger.chargesOf(orderId));
    return c.json({
      charges: charges.map(({ orderId, chargeId, amountMinor, currency }) => {
        return { orderId, chargeId, amountMinor, currency, refundedMinor: ledger.refundedMinor(chargeId) };
      }),
    });
  });

  // For an auditor: page by the last sequence number seen until a page is empty.
  app.get('/v1/ledger', (c) => {
    const after = Number(c.req.query('after') ?? 0);
    const limit = Number(c.req.query('limit') ?? 10_000);
    if (!Number.isSafeInteger(after) || !Number.isSafeInteger(limit) || after < 0 || limit < 1) {
      return c.json({ reason: 'invalid-request' }, 400);
    }
    return c.json({ entries: ledger.entries(after, limit) });
  });

  app.put('/v1/mode', async (c) => {
    const body = simulatorMode.nullable().safeParse(await c.req.json().catch(() => undefined));
    if (!body.success) return c.json({ reason: 'invalid-request' }, 400);
    modeForAll = body.data ?? undefined;
    misbehaved.clear();
    return c.json({ mode: modeForAll ?? null });
  });

  return app;
};

/** Holds an answer back until its caller hangs up. */
const callerGone = async (c: Context): Promise<void> => {
  const { signal } = c.req.raw;
  if (!signal.aborted) await once(signal, 'abort');
};
