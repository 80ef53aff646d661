import CircuitBreaker from 'opossum';
import { Pool } from 'undici';
import type { z } from 'zod';
import { ConflictError, PermanentError, TransientError } from '../../platform/errors.ts';
import type { PaymentProvider } from '../../platform/ports/payment-provider.ts';
import { chargeAnswer, chargeList, declineAnswer, refundAnswer } from './provider-api.ts';

export interface HttpProviderOptions {
  baseUrl: string;
  timeoutMs?: number;
  /** How long an open breaker waits before it lets one call through. */
  resetTimeoutMs?: number;
  /** Calls in the last 10 s below which the breaker does not judge. */
  volumeThreshold?: number;
  onBreaker?: (state: 'open' | 'half-open' | 'closed') => void;
}

interface Call {
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

/** The payment provider over HTTP: a pool of 64 kept connections behind one circuit breaker. */
export const createHttpPaymentProvider = (
  options: HttpProviderOptions,
): PaymentProvider & { close(): Promise<void> } => {
  const timeoutMs = options.timeoutMs ?? 3000;
  const resetTimeoutMs = options.resetTimeoutMs ?? 30_000;
  const pool = new Pool(options.baseUrl, { connections: 64, pipelining: 1, keepAliveTimeout: 10_000 });
  const breaker = new CircuitBreaker((call: Call) => send(pool, call, timeoutMs), {
    timeout: timeoutMs,
    errorThresholdPercentage: 50,
    resetTimeout: resetTimeoutMs,
    volumeThreshold: options.volumeThreshold ?? 20,
    // A refusal, or a caller that gave up, says nothing about the provider's health.
    errorFilter: (error: unknown) =>
      !(error instanceof TransientError) || error.code === 'payment-call-aborted',
  });
  breaker.on('open', () => options.onBreaker?.('open'));
  breaker.on('halfOpen', () => options.onBreaker?.('half-open'));
  breaker.on('close', () => options.onBreaker?.('closed'));

  const ask = async (call: Call): Promise<Answer> => {
    try {
      return await breaker.fire(call);
    } catch (error) {
      throw asOurs(error, resetTimeoutMs);
    }
  };

  return {
    async capture(capture, signal) {
      const { orderId, amountMinor, currency, paymentToken } = capture;
      const body = { orderId, amountMinor, currency, paymentToken };
      const answer = await ask({ method: 'POST', path: '/v1/charges', key: orderId, body, signal });
      return answer.status === 402
        ? { outcome: 'declined', reason: parse(declineAnswer, answer).reason }
        : { outcome: 'captured', chargeId: parse(chargeAnswer, answer).chargeId };
    },
    async refund({ orderId, chargeId, amountMinor }, signal) {
      const body = { orderId, chargeId, amountMinor };
      const key = `${orderId}:refund:${chargeId}`;
      return parse(refundAnswer, await ask({ method: 'POST', path: '/v1/refunds', key, body, signal }));
    },
    async find(orderIds, signal) {
      const found = [];
      for (let at = 0; at < orderIds.length; at += findBatch) {
        const query = new URLSearchParams(orderIds.slice(at, at + findBatch).map((id) => ['order', id]));
        const answer = await ask({ method: 'GET', path: `/v1/charges?${query.toString()}`, signal });
        found.push(...parse(chargeList, answer).charges);
      }
      return found;
    },
    async close() {
      breaker.shutdown();
      await pool.destroy();
    },
  };
};

const send = async (pool: Pool, call: Call, timeoutMs: number): Promise<Answer> => {
  // opossum only stops waiting; the signal also frees the connection.
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = call.signal ? AbortSignal.any([timeout, call.signal]) : timeout;
  const headers = {
    ...(call.key !== undefined && { 'idempotency-key': call.key }),
    ...(call.body !== undefined && { 'content-type': 'application/json' }),
  };
  const body = call.body === undefined ? null : JSON.stringify(call.body);
  let status: number;
  let text: string;
  try {
    const answer = await pool.request({ method: call.method, path: call.path, headers, body, signal });
    status = answer.statusCode;
    text = await answer.body.text();
  } catch (cause) {
    if (call.signal?.aborted) {
      throw new TransientError('payment-call-aborted', 'the caller gave up the call', { cause });
    }
    if (timeout.aborted) throw timedOut(cause);
    throw new TransientError('payment-provider-unreachable', 'no answer from the payment provider', {
      cause,
    });
  }
  const details = { status };
  if (status >= 500 || status === 429 || status === 408) {
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

// Money may have moved, so an answer that cannot be read leaves the outcome unknown.
const parse = <T>(schema: z.ZodType<T>, { status, json }: Answer): T => {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new TransientError('payment-answer-unreadable', 'the payment provider answered in an unknown form', {
    details: { status },
    cause: parsed.error,
  });
};

const timedOut = (cause: unknown): TransientError =>
  new TransientError('payment-timed-out', 'the payment provider did not answer in time', { cause });

const asOurs = (error: unknown, resetTimeoutMs: number): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ETIMEDOUT') return timedOut(error);
  if (code !== 'EOPENBREAKER' && code !== 'ESHUTDOWN') return error;
  return new TransientError('payment-breaker-open', 'the payment provider is taken to be down', {
    details: { retryAfterMs: resetTimeoutMs },
    cause: error,
  });
};
