import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { contextFrom } from '../../platform/telemetry.ts';
import { maxAnswerBytes } from '../http-exchange.ts';
import { createHttpPaymentProvider, type HttpProviderOptions } from './http-provider.ts';
import { paymentProviderContract } from './payment-provider.contract.ts';
import { startPaymentSimulator } from './simulator.ts';
import { verifyWebhook } from './webhook-signature.ts';

const secret = 'whsec_test';
const apiKey = 'sk_test_0123456789';

const start = async (clientOptions: Partial<HttpProviderOptions> = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'payments-'));
  const received: { id: string; type: string; valid: boolean }[] = [];
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const valid = verifyWebhook(String(request.headers['provider-signature']), body, secret, Date.now(), 300);
    received.push({ ...(JSON.parse(body) as { id: string; type: string }), valid });
    response.end();
  };
  const receiver = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const webhook = { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`, secret };
  const launch = () => startPaymentSimulator({ folder, port: 0, webhook, slowMs: 50, apiKey });
  let simulator = await launch();
  let provider = createHttpPaymentProvider({ baseUrl: simulator.baseUrl, apiKey, ...clientOptions });
  const stop = async () => {
    await provider.close();
    await simulator.close();
  };
  return {
    get provider() {
      return provider;
    },
    received,
    tokens: { approved: 'tok_approve', declined: 'tok_declined' },
    setMode: async (mode: object | null) => {
      const answer = await fetch(`${simulator.baseUrl}/v1/mode`, {
        method: 'PUT',
        body: JSON.stringify(mode),
      });
      expect(answer.status).toBe(200);
    },
    ledger: async () => {
      const answer = await fetch(`${simulator.baseUrl}/v1/ledger`);
      return ((await answer.json()) as { entries: { type: string; orderId: string; seq: number }[] }).entries;
    },
    async restart() {
      await stop();
      simulator = await launch();
      provider = createHttpPaymentProvider({ baseUrl: simulator.baseUrl, apiKey, ...clientOptions });
    },
    async close() {
      await stop();
      receiver.close();
      receiver.closeAllConnections();
      await rm(folder, { recursive: true });
    },
  };
};

paymentProviderContract('the HTTP client with the simulator', start);

const order = (paymentToken: string, orderId = 'o1') => {
  return { orderId, amountMinor: 500, currency: 'EUR', paymentToken };
};

describe('the client when the provider misbehaves', () => {
  let world: Awaited<ReturnType<typeof start>>;
  afterEach(() => world.close());

  test('a charge whose answer was lost is found, and trying again does not charge twice', async () => {
    world = await start({ timeoutMs: 100 });
    const lost = world.provider.capture(order('tok_timeout'));
    await expect(lost).rejects.toMatchObject({ name: 'TransientError', code: 'payment-timed-out' });
    const [charge] = await world.provider.find(['o1']);
    const again = await world.provider.capture(order('tok_timeout'));
    expect(again).toEqual({ outcome: 'captured', chargeId: charge?.chargeId });
    expect(await world.ledger()).toHaveLength(1);
  });

  test('a 500 is transient, and the third try charges', async () => {
    world = await start();
    for (let i = 0; i < 2; i++) {
      await expect(world.provider.capture(order('tok_error'))).rejects.toMatchObject({
        name: 'TransientError',
      });
    }
    expect(await world.provider.capture(order('tok_error'))).toMatchObject({ outcome: 'captured' });
  });

  test('a key that the provider does not take, or not any more, is no fault of a payment', async () => {
    world = await start({ apiKey: 'sk_test_of_last_year' });
    await expect(world.provider.capture(order('tok_approve'))).rejects.toMatchObject({
      name: 'TransientError',
      details: { status: 401 },
    });
    expect(await world.ledger()).toEqual([]);
  });

  test('slow is not lost, and an unknown token is a decline', async () => {
    world = await start();
    expect(await world.provider.capture(order('tok_slow'))).toMatchObject({ outcome: 'captured' });
    const unknown = await world.provider.capture(order('4242', 'o2'));
    expect(unknown).toEqual({ outcome: 'declined', reason: 'unknown-token' });
  });

  test('the breaker opens at half the calls failed, fails fast, and closes after a good try', async () => {
    const states: string[] = [];
    world = await start({ volumeThreshold: 4, resetTimeoutMs: 50, onBreaker: (state) => states.push(state) });
    await world.setMode({ kind: 'error' });
    for (let i = 0; i < 5; i++) await world.provider.capture(order('tok_approve')).catch(() => undefined);
    const fast = world.provider.capture(order('tok_approve'));
    await expect(fast).rejects.toMatchObject({ code: 'payment-breaker-open', details: { retryAfterMs: 50 } });
    await world.setMode(null);
    await vi.waitFor(() => world.provider.capture(order('tok_approve')));
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  test('a refusal or a caller that gave up does not open the breaker', async () => {
    world = await start({ volumeThreshold: 1 });
    await world.provider.capture(order('tok_approve'));
    for (let i = 0; i < 3; i++) {
      const other = world.provider.capture({ ...order('tok_approve'), amountMinor: 1 });
      await expect(other).rejects.toMatchObject({ name: 'ConflictError' });
      const given = world.provider.capture(order('tok_timeout', `given-${i}`), AbortSignal.timeout(20));
      await expect(given).rejects.toMatchObject({ code: 'payment-call-aborted' });
    }
    expect(await world.provider.capture(order('tok_approve'))).toMatchObject({ outcome: 'captured' });
  });

  test('the provider is told of the trace, sampled or not', async () => {
    world = await start();
    const headers: unknown[] = [];
    const listener = createServer((request, response) => {
      headers.push(request.headers['traceparent']);
      response.end('{"charges":[]}');
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
    const provider = createHttpPaymentProvider({ baseUrl });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    try {
      const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`;
      await context.with(contextFrom(traceparent), () => provider.find(['o1']));
      await provider.find(['o1']);
      expect(headers).toEqual([traceparent, undefined]);
    } finally {
      context.disable();
      await provider.close();
      listener.close();
    }
  });

  test('no server is transient', async () => {
    world = await start();
    const nobody = createHttpPaymentProvider({ baseUrl: 'http://127.0.0.1:1' });
    await expect(nobody.find(['o1'])).rejects.toMatchObject({ code: 'payment-provider-unreachable' });
    await nobody.close();
  });

  test('webhooks are signed, can come first, can come five times, and both', async () => {
    world = await start();
    await world.provider.capture(order('tok_webhook_first'));
    expect(world.received).toMatchObject([{ id: 'evt_1', type: 'charge.succeeded', valid: true }]);
    await world.provider.capture(order('tok_webhook_repeated', 'o2'));
    await vi.waitFor(() =>
      expect(world.received.map(({ id }) => id)).toEqual(['evt_1', ...Array(5).fill('evt_2')]),
    );
    await world.provider.capture(order('tok_webhook_flood', 'o3'));
    expect(world.received.slice(6).map(({ id }) => id)).toEqual(Array(5).fill('evt_3'));
  });

  test('the books survive a restart', async () => {
    world = await start();
    const first = await world.provider.capture(order('tok_approve'));
    const before = await world.ledger();
    await world.restart();
    expect(await world.provider.capture(order('tok_approve'))).toEqual(first);
    expect(await world.ledger()).toEqual(before);
  });
});

test('an answer that is too large leaves the outcome unknown', async () => {
  const large = JSON.stringify({ chargeId: 'ch_1' }) + ' '.repeat(maxAnswerBytes);
  const server = createServer((_request, response) => void response.end(large));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const provider = createHttpPaymentProvider({ baseUrl: `http://127.0.0.1:${port}` });
  try {
    await expect(provider.capture(order('tok_approve'))).rejects.toMatchObject({
      name: 'TransientError',
      code: 'payment-answer-unreadable',
    });
  } finally {
    await provider.close();
    server.closeAllConnections();
    server.close();
  }
});
