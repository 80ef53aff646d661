import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { topics } from '../../contracts/topics.ts';
import { startStack, stopStack } from '../../scripts/stack/index.ts';
import type { ServerExit } from '../../scripts/stack/process.ts';
import { stackFolders } from '../../scripts/stack/folders.ts';
import type { Bench } from '../bench.ts';

/** Runs `work` on empty servers, so that no benchmark measures what another one left. Stops them at the end. */
export async function withFreshStack(bench: Bench, work: () => Promise<void>): Promise<void> {
  const { stack } = bench;
  await stopStack(stack);
  const { postgres, kafka, redis, mongo, state } = stackFolders(stack);
  // The logs and results that lie beside them are kept.
  for (const folder of [postgres, kafka, redis, mongo, join(state, 'payments'), join(state, 'mails')])
    rmSync(folder, { recursive: true, force: true });
  await startStack(stack, {
    topics: Object.values(topics).map(({ name }) => name),
    onServerExit: (exit) => reportExit(bench, exit),
  });
  bench.log('the servers are up, and empty');
  try {
    await work();
  } finally {
    await stopStack(stack);
  }
}

/** A process that went by itself spoils what was measured. */
export function reportExit(bench: Bench, { name, expected, code, signal }: ServerExit): void {
  if (!expected) bench.fail(`${name} ended (${signal ?? `exit code ${code}`})`);
}
