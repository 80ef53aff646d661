import { z } from 'zod';
import type { Gate } from '../gates/gate.ts';
import { Refusal } from '../../refusal.ts';

const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })),
  }),
});

/** At most so many of all requests may have failed with 5xx. */
const errorRatioLimit = 0.01;
const timeoutMs = 10_000;

/** The region that a Prometheus watches. Where another keeps its data no worker runs, and no events are handled. */
export type Watched = { readonly region: string; readonly hasWorkers: boolean };

/**
 * What a region's Prometheus says of the time since the region is healthy: that it watches this region, that few requests
 * failed, and of workers that they handled events and gave none up. No data is a no. @throws Refusal when it does not answer.
 */
export async function prometheusAgrees(
  address: string,
  { region, hasWorkers }: Watched,
  since: string | undefined,
  now: Date,
): Promise<readonly Gate[]> {
  const ask = (query: string): Promise<number | undefined> => valueOf(address, query, now);
  const seconds = since === undefined ? 300 : Math.ceil((now.getTime() - Date.parse(since)) / 1000);
  const window = `${Math.max(60, seconds)}s`;
  const processes = await ask(`count(target_info{cloud_region="${region}"})`);
  if (!processes) {
    const reason = `${address} knows no process of ${region}`;
    return [{ name: 'prometheus', passed: false, reason }];
  }
  const events = hasWorkers ? await eventGates(ask, window) : [];
  const requests = 'http_server_request_duration_count';
  const all = (await ask(`sum(increase(${requests}[${window}]))`)) ?? 0;
  const failed = (await ask(`sum(increase(${requests}{http_response_status_class="5xx"}[${window}]))`)) ?? 0;
  const percent = all === 0 ? 0 : (100 * failed) / all;
  return [
    ...events,
    gate(
      'requests failed',
      all > 0 && percent <= 100 * errorRatioLimit,
      all > 0 ? `${percent.toFixed(2)} % of ${Math.round(all)} in ${window}` : `no requests in ${window}`,
    ),
  ];
}

async function eventGates(
  ask: (query: string) => Promise<number | undefined>,
  window: string,
): Promise<readonly Gate[]> {
  const events = 'meridian_worker_events_total';
  const handled = (await ask(`sum(increase(${events}{outcome="handled"}[${window}]))`)) ?? 0;
  const dead = (await ask(`sum(increase(${events}{outcome="dead"}[${window}]))`)) ?? 0;
  return [
    gate('events handled', handled > 0, `${Math.round(handled)} in ${window}`),
    gate('dead letters', dead < 0.5, `${Math.round(dead)} in ${window}`),
  ];
}

const gate = (name: string, passed: boolean, reason: string): Gate => ({ name, passed, reason });

/** The one value of an instant query, or undefined where it has no data. */
async function valueOf(address: string, query: string, now: Date): Promise<number | undefined> {
  const url = new URL('api/v1/query', address.endsWith('/') ? address : `${address}/`);
  url.searchParams.set('query', query);
  url.searchParams.set('time', String(now.getTime() / 1000));
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const [first] = answerSchema.parse(await response.json()).data.result;
    const value = first === undefined ? NaN : Number(first.value[1]);
    return Number.isFinite(value) ? value : undefined;
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? 'it is no Prometheus' : causeOf(cause);
    throw new Refusal(`${url.origin}${url.pathname}: ${reason}`, { cause });
  }
}

/** fetch says "fetch failed" and keeps the reason in its cause. */
function causeOf(error: unknown): string {
  const inner = error instanceof Error ? (error.cause ?? error) : error;
  if (inner instanceof Error && 'code' in inner && typeof inner.code === 'string') return inner.code;
  return inner instanceof Error ? inner.message : String(inner);
}
