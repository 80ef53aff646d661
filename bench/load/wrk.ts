import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { findProgram } from '../../scripts/stack/requirements.ts';
import type { Shop } from '../stack/customers.ts';
import { requestMaker } from './requests.ts';

export type WrkResult = { readonly succeeded: number; readonly seconds: number; readonly p99Ms: number };

/** Different requests that a run takes turns with: the key of each is its own. */
const samples = 2000;

/**
 * Installs wrk where that is allowed. It is written in C: a load generator in Node costs as much CPU an order as the
 * gateway itself, which pgbench does not have to bear.
 *
 * @throws Error with the line to run.
 */
export async function ensureWrk(): Promise<void> {
  if (findProgram('wrk')) return;
  const mayInstall = findProgram('apt-get') !== undefined && process.getuid?.() === 0;
  if (!mayInstall) throw new Error('wrk is missing. Run: sudo apt-get install -y wrk');
  await execa('apt-get', ['install', '-y', '--no-install-recommends', 'wrk'], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  });
}

/** Places orders as fast as the connections go (closed loop), each with its own Idempotency-Key. */
export async function runWrk(
  shop: Shop,
  url: string,
  connections: number,
  seconds: number,
): Promise<WrkResult> {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-wrk-'));
  const script = join(folder, 'orders.lua');
  writeFileSync(script, luaScript(shop));
  try {
    const { stdout } = await execa('wrk', [
      '--threads=1',
      `--connections=${connections}`,
      `--duration=${seconds}s`,
      '--latency',
      '--timeout=10s',
      `--script=${script}`,
      url,
    ]);
    return resultIn(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function luaScript(shop: Shop): string {
  const make = requestMaker({ ...shop, streams: [], seconds: 0, connections: 0, warmUpRequests: 0 }, []);
  const requests = Array.from({ length: samples }, () => make('place-order')!);
  const rows = requests.map(
    ({ headers, body }) => `{${JSON.stringify(headers[1])}, ${JSON.stringify(body)}}`,
  );
  return `local samples = {\n${rows.join(',\n')}\n}
local run = ${JSON.stringify(randomUUID())}
local n = 0
function request()
  n = n + 1
  local sample = samples[n % #samples + 1]
  return wrk.format("POST", "/v1/orders", {
    ["authorization"] = sample[1],
    ["content-type"] = "application/json",
    ["idempotency-key"] = run .. "-" .. n,
  }, sample[2])
end
`;
}

/** Exported for its test. @throws Error when an answer was not 2xx or none came. */
export function resultIn(output: string): WrkResult {
  const [, count, length, unit] = /(\d+) requests in ([\d.]+)(ms|s|m)\b/.exec(output) ?? [];
  const p99 = /^\s+99%\s+([\d.]+)(us|ms|s)/m.exec(output);
  const refused = /Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1];
  const broken = /Socket errors: (.*)/.exec(output)?.[1];
  if (!count || !length || !p99?.[1] || refused || broken) throw new Error(`wrk failed:\n${output}`);
  const toSeconds = { ms: 0.001, s: 1, m: 60 }[unit ?? 's'] ?? 1;
  const toMs = { us: 0.001, ms: 1, s: 1000 }[p99[2] ?? 'ms'] ?? 1;
  return { succeeded: Number(count), seconds: Number(length) * toSeconds, p99Ms: Number(p99[1]) * toMs };
}
