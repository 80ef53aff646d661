import { build } from 'hdr-histogram-js';
import { Pool } from 'undici';
import type { Acknowledged, KnownOrder, LoadPlan, LoadResult, LoadStream, StreamResult } from './plan.ts';
import { requestMaker, type Prepared } from './requests.ts';

// A process of its own, so that its CPU time and its pauses are told apart from those of what it measures.
process.on('disconnect', () => process.exit(0));
process.once('message', (plan: LoadPlan) => {
  void run(plan).then(
    (result) => report({ result }),
    (error: unknown) => report({ error: String(error) }),
  );
});

function report(message: { readonly result: LoadResult } | { readonly error: string }): void {
  process.send?.(message, undefined, undefined, () => process.disconnect?.());
}

type Placed = KnownOrder & Acknowledged;
type Send = (stream: StreamCounts, request: Prepared, dueMs: number) => Promise<void>;

async function run(plan: LoadPlan): Promise<LoadResult> {
  const pool = new Pool(plan.url, { connections: plan.connections, pipelining: 1 });
  const placed: Placed[] = [];
  const make = requestMaker(plan, placed);
  const send = sender(pool, placed);
  await warmUp(plan, make, send);
  const counts = new Map(plan.streams.map(({ name }) => [name, streamCounts()]));
  const cpuBefore = process.cpuUsage();
  const from = Date.now();
  const startedMs = performance.now();
  await Promise.all(
    plan.streams.map((stream) => {
      const loop = stream.perSecond === undefined ? closedLoop : openLoop;
      return loop(plan, stream, (dueMs) => {
        const request = make(stream.request);
        return request ? send(counts.get(stream.name)!, request, dueMs) : Promise.resolve();
      });
    }),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  await pool.close();
  return {
    streams: Object.fromEntries([...counts].map(([name, count]) => [name, count.result()])),
    seconds,
    from,
    to: Date.now(),
    cpuMs: (cpu.user + cpu.system) / 1000,
    acknowledged: placed.map(({ orderId, totalMinor }) => ({ orderId, totalMinor })),
  };
}

type Issue = (dueMs: number) => Promise<void>;

async function warmUp(plan: LoadPlan, make: ReturnType<typeof requestMaker>, send: Send): Promise<void> {
  const kinds = [...new Set(plan.streams.map(({ request }) => request))];
  let left = plan.warmUpRequests;
  const ignored = streamCounts();
  const worker = async (): Promise<void> => {
    while (left > 0) {
      const request = make(kinds[left-- % kinds.length]!);
      if (request) await send(ignored, request, performance.now());
    }
  };
  await Promise.all(Array.from({ length: plan.connections }, worker));
}

async function closedLoop(plan: LoadPlan, _stream: LoadStream, issue: Issue): Promise<void> {
  const endMs = performance.now() + plan.seconds * 1000;
  const worker = async (): Promise<void> => {
    for (let now = performance.now(); now < endMs; now = performance.now()) await issue(now);
  };
  await Promise.all(Array.from({ length: plan.connections }, worker));
}

/** Requests come at random (exponentially spaced) moments and wait for no answer: latency counts from the moment due. */
async function openLoop(plan: LoadPlan, stream: LoadStream, issue: Issue): Promise<void> {
  const meanGapMs = 1000 / (stream.perSecond ?? 1);
  const gapMs = (): number => -Math.log(1 - Math.random()) * meanGapMs;
  const startMs = performance.now();
  const endMs = startMs + plan.seconds * 1000;
  const pending = new Set<Promise<void>>();
  let dueMs = startMs + gapMs();
  await new Promise<void>((resolve) => {
    const tick = (): void => {
      for (const now = performance.now(); dueMs <= now && dueMs < endMs; dueMs += gapMs()) {
        const answered = issue(dueMs).finally(() => pending.delete(answered));
        pending.add(answered);
      }
      if (dueMs >= endMs) resolve();
      else setTimeout(tick, Math.max(1, dueMs - performance.now()));
    };
    tick();
  });
  await Promise.all(pending);
}

function sender(pool: Pool, placed: Placed[]): Send {
  return (counts, request, dueMs) =>
    new Promise((resolve) => {
      const isOrder = request.method === 'POST';
      const chunks: Buffer[] = [];
      let status = 0;
      let retryAfter = false;
      counts.sent();
      pool.dispatch(
        {
          method: request.method,
          path: request.path,
          headers: request.headers as string[],
          body: request.body ?? null,
        },
        {
          onRequestStart() {},
          onResponseStart(_controller, statusCode, headers) {
            status = statusCode;
            retryAfter = headers['retry-after'] !== undefined;
          },
          onResponseData(_controller, chunk) {
            if (isOrder && status < 300) chunks.push(chunk);
          },
          onResponseEnd() {
            counts.answered(status, performance.now() - dueMs, retryAfter);
            if (isOrder && status < 300) placed.push({ ...acknowledgedIn(chunks), user: request.user });
            resolve();
          },
          onResponseError() {
            counts.broken();
            resolve();
          },
        },
      );
    });
}

function acknowledgedIn(chunks: readonly Buffer[]): Acknowledged {
  return JSON.parse(Buffer.concat(chunks).toString()) as Acknowledged;
}

type StreamCounts = ReturnType<typeof streamCounts>;

function streamCounts() {
  const latencies = build({ highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: 3 });
  const answers: Record<string, number> = {};
  let [sent, succeeded, refusedPolitely, broken] = [0, 0, 0, 0];
  const ms = (percentile: number): number => latencies.getValueAtPercentile(percentile) / 1000;
  return {
    sent: () => void (sent += 1),
    broken: () => void (broken += 1),
    answered(status: number, latencyMs: number, retryAfter: boolean): void {
      answers[status] = (answers[status] ?? 0) + 1;
      if (status === 503 && retryAfter) refusedPolitely += 1;
      if (status >= 300) return;
      succeeded += 1;
      latencies.recordValue(Math.max(1, Math.round(latencyMs * 1000)));
    },
    result: (): StreamResult => ({
      sent,
      answers,
      succeeded,
      refusedPolitely,
      broken,
      latencyMs: { p50: ms(50), p95: ms(95), p99: ms(99), max: latencies.maxValue / 1000 },
    }),
  };
}
