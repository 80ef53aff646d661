import { errors, Pool } from 'undici';
import type { z } from 'zod';
import { ConflictError, PermanentError, TransientError } from '../../platform/errors.ts';
import type { PaymentProvider } from '../../platform/ports/payment-provider.ts';
import { traceparentOf } from '../../platform/telemetry.ts';
import { createBreaker, type BreakerState } from '../breaker.ts';
import { exchange, maxAnswerBytes } from '../http-exchange.ts';
import { timeLimit } from '../time-limit.ts';
import { chargeAnswer, chargeList, declineAnswer, refundAnswer } from './provider-api.ts';

export interface HttpProviderOptions {
  baseUrl: string;
  /** Who we are to the provider; sent with each call. */
  apiKey?: string;
  timeoutMs?: number;
  /** How long an open breaker waits before it lets one call through. */
  resetTimeoutMs?: number;
  /** Calls in the last 10 s below which the breaker does not judge. */
  volumeThreshold?: number;
  onBreaker?: (state: BreakerState) => void;
}

interface Call {
  operation: 'capture' | 'refund' | 'find';
  method: 'GET' | 'POST';
  path: string;
  key?: string;
  body?: unknown;
  signal: AbortSignal | undefined;
}
interface Answer {
  status: number;
  json: unknown;
}

/** Orders asked for in one query string. */
const findBatch = 50;

/** Kept connections, and so calls at once. */
const connections = 64;

/** The payment provider over HTTP: a pool of kept connections behind one circuit breaker. */
export const createHttpPaymentProvider = (
  options: HttpProviderOptions,
): PaymentProvider & { close(): Promise<void> } => {
  const timeoutMs = options.timeoutMs ?? 3000;
  const pool = new Pool(options.baseUrl, {
    connections,
    pipelining: 1,
    keepAliveTimeout: 10_000,
    maxResponseSize: maxAnswerBytes,
  });
  const breaker = createBreaker({
    target: 'payment',
    timeoutMs,
    resetTimeoutMs: options.resetTimeoutMs,
    volumeThreshold: options.volumeThreshold,
    concurrency: connections,
    // A caller that gave up says nothing about the provider's health.
    ignoredCodes: ['payment-call-aborted'],
    onState: options.onBreaker,
  });
  const login = options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` };
  const ask = (call: Call): Promise<Answer> =>
    breaker.call(call.operation, () => send(pool, call, { login, timeoutMs }));

  return {
    async capture(capture, signal) {
      const { orderId, amountMinor, currency, paymentToken } = capture;
      const body = { orderId, amountMinor, currency, paymentToken };
      const answer = await ask({
        operation: 'capture',
        method: 'POST',
        path: '/v1/charges',
        key: orderId,
        body,
        signal,
      });
      return answer.status === 402
        ? { outcome: 'declined', reason: parse(declineAnswer, answer).reason }
        : { outcome: 'captured', chargeId: parse(chargeAnswer, answer).chargeId };
    },
    async refund({ orderId, chargeId, amountMinor }, signal) {
      const body = { orderId, chargeId, amountMinor };
      const key = `${orderId}:refund:${chargeId}`;
      return parse(
        refundAnswer,
        await ask({ operation: 'refund', method: 'POST', path: '/v1/refunds', key, body, signal }),
      );
    },
    async find(orderIds, signal) {
      const found = [];
      for (let at = 0; at < orderIds.length; at += findBatch) {
        const query = new URLSearchParams(orderIds.slice(at, at + findBatch).map((id) => ['order', id]));
        const answer = await ask({
          operation: 'find',
          method: 'GET',
          path: `/v1/charges?${query.toString()}`,
          signal,
        });
        found.push(...parse(chargeList, answer).charges);
      }
      return found;
    },
    async close() {
      breaker.close();
      await pool.destroy();
    },
  };
};

type Sending = { readonly login: Readonly<Record<string, string>>; readonly timeoutMs: number };

/** Answers by which the provider refuses us, or is another server than we think: no payment is at fault. */
const isAboutUs = (status: number): boolean =>
  status === 401 || status === 403 || (status >= 300 && status < 400);

const send = async (pool: Pool, call: Call, { login, timeoutMs }: Sending): Promise<Answer> => {
  const traceparent = traceparentOf();
  const headers = {
    ...login,
    ...(traceparent !== undefined && { traceparent }),
    ...(call.key !== undefined && { 'idempotency-key': call.key }),
    ...(call.body !== undefined && { 'content-type': 'application/json' }),
  };
  const body = call.body === undefined ? null : JSON.stringify(call.body);
  let status: number;
  let text: string;
  // opossum only stops waiting; the signal also frees the connection.
  const limit = timeLimit(timeoutMs, call.signal);
  try {
    const { method, path } = call;
    ({ status, text } = await exchange(pool, { method, path, headers, body }, limit.signal));
  } catch (cause) {
    if (call.signal?.aborted) {
      throw new TransientError('payment-call-aborted', 'the caller gave up the call', { cause });
    }
    if (limit.signal.aborted) {
      throw new TransientError('payment-timed-out', 'the payment provider did not answer in time', { cause });
    }
    if (cause instanceof errors.ResponseExceededMaxSizeError) throw unreadable({ cause });
    throw new TransientError('payment-provider-unreachable', 'no answer from the payment provider', {
      cause,
    });
  } finally {
    limit.end();
  }
  const details = { status };
  if (status >= 500 || status === 429 || status === 408 || isAboutUs(status)) {
    throw new TransientError('payment-provider-failed', `the payment provider answered ${status}`, {
      details,
    });
  }
  if (status === 409) {
    throw new ConflictError('payment-key-reused', 'the idempotency key belongs to another request', {
      details,
    });
  }
  if (status >= 300 && status !== 402) {
    throw new PermanentError('payment-refused', `the payment provider answered ${status}`, { details });
  }
  return { status, json: fromJson(text) };
};

const fromJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const parse = <T>(schema: z.ZodType<T>, { status, json }: Answer): T => {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw unreadable({ details: { status }, cause: parsed.error });
};

// Money may have moved, so an answer that cannot be read leaves the outcome unknown.
const unreadable = (context: ConstructorParameters<typeof TransientError>[2]): TransientError =>
  new TransientError(
    'payment-answer-unreadable',
    'the payment provider answered in an unknown form',
    context,
  );
