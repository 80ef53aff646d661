import { Hono } from 'hono';

export type HealthSettings = {
  /** What the process needs to do its work, by the system's name. Each resolves when the system answers. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
  /** False until the process has started, and again while it drains. */
  readonly isReady: () => boolean;
  readonly metricsText: () => Promise<string>;
  /** Loops that do not go on, and that only a restart brings back, by name. */
  readonly hung?: () => readonly string[];
};

/** Longest time for one check, and how long its answer holds, in ms. */
const checkMs = 1000;

/**
 * The probes of Kubernetes and the metrics. `/livez` fails only where a restart helps: when a loop of the process hangs;
 * `/readyz` also when a system is away. Answers name what failed and quote no error: those may hold addresses.
 */
export function createHealth({ checks, isReady, metricsText, hung = () => [] }: HealthSettings): Hono {
  const app = new Hono();
  const failedChecks = heldFor(checkMs, () => failuresOf(checks));

  app.get('/livez', (c) => {
    const loops = hung();
    return loops.length === 0 ? c.json({ status: 'live' }) : c.json({ status: 'hung', hung: loops }, 503);
  });

  app.get('/readyz', async (c) => {
    if (!isReady()) return c.json({ status: 'not-serving', failed: [] }, 503);
    const failed = await failedChecks();
    return failed.length === 0 ? c.json({ status: 'ready' }) : c.json({ status: 'failing', failed }, 503);
  });

  app.get('/metrics', async (c) =>
    c.body(await metricsText(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  return app;
}

async function failuresOf(checks: HealthSettings['checks']): Promise<readonly string[]> {
  const names = Object.keys(checks);
  const results = await Promise.all(names.map((name) => passes(checks[name]!)));
  return names.filter((_, index) => !results[index]);
}

async function passes(check: () => Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), checkMs);
  });
  const done = Promise.try(check).then(
    () => true,
    () => false, // the adapter logs why; the probe only says which
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** One run at a time, its result shared by all who ask meanwhile and for `holdMs` after: probes cost a system nothing. */
function heldFor<Value>(holdMs: number, run: () => Promise<Value>): () => Promise<Value> {
  let held: { readonly value: Promise<Value>; untilMs: number } | undefined;
  return () => {
    if (held && performance.now() < held.untilMs) return held.value;
    const fresh = { value: run(), untilMs: Number.POSITIVE_INFINITY };
    held = fresh;
    void fresh.value.finally(() => (fresh.untilMs = performance.now() + holdMs));
    return fresh.value;
  };
}
