import { setTimeout as sleep } from 'node:timers/promises';

/** What is asked of a gateway, in this order. */
export const probes = ['/livez', '/readyz', '/openapi.json'] as const;
export type ProbePath = (typeof probes)[number];

export type ProbeResult = {
  readonly path: ProbePath;
  readonly ok: boolean;
  readonly ms: number;
  /** What was answered, or why nothing was: a status, `timed out`, `connection refused`. */
  readonly answer: string;
};

export type GatewayResult = {
  readonly url: string;
  readonly ok: boolean;
  readonly probes: readonly ProbeResult[];
};

export type SmokeOptions = {
  /** Longest time for one answer. */
  readonly timeoutMs: number;
  /** A gateway that fails is asked again until so much time has passed; 0 asks once. */
  readonly withinMs: number;
};

const everyMs = 500;

/** Asks all gateways at once; an answer for each, in the order given. */
export function smoke(urls: readonly string[], options: SmokeOptions): Promise<readonly GatewayResult[]> {
  const untilMs = performance.now() + options.withinMs;
  return Promise.all(
    urls.map(async (url) => {
      for (;;) {
        const result = await askGateway(url, options.timeoutMs);
        if (result.ok || performance.now() + everyMs > untilMs) return result;
        await sleep(everyMs);
      }
    }),
  );
}

async function askGateway(url: string, timeoutMs: number): Promise<GatewayResult> {
  const results = await Promise.all(probes.map((path) => ask(url, path, timeoutMs)));
  return { url, ok: results.every(({ ok }) => ok), probes: results };
}

async function ask(base: string, path: ProbePath, timeoutMs: number): Promise<ProbeResult> {
  const startedMs = performance.now();
  const resultOf = (ok: boolean, answer: string): ProbeResult => {
    return { path, ok, ms: Math.round(performance.now() - startedMs), answer };
  };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    // A redirect is another server's answer.
    const response = await fetch(new URL(path, base), { signal, redirect: 'manual' });
    const body = await response.text();
    if (response.status !== 200) return resultOf(false, String(response.status));
    const problem = path === '/openapi.json' ? documentProblem(body) : undefined;
    return resultOf(problem === undefined, problem ?? '200');
  } catch (error) {
    return resultOf(false, reasonOf(error));
  }
}

/** Undefined for an OpenAPI document with routes. */
function documentProblem(text: string): string | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return 'no JSON';
  }
  const { openapi, paths } = (document ?? {}) as { openapi?: unknown; paths?: unknown };
  if (typeof openapi !== 'string' || !openapi.startsWith('3.')) return 'no OpenAPI 3 document';
  return typeof paths === 'object' && paths !== null && Object.keys(paths).length > 0
    ? undefined
    : 'no routes';
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'timed out';
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message; // fetch says only that it failed
  if (!('code' in cause)) return cause.message;
  return cause.code === 'ECONNREFUSED' ? 'connection refused' : String(cause.code);
}
