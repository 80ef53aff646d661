import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { LoadPlan, LoadResult } from './plan.ts';

/** Runs a load in a process of its own. Rejects when the generator fails or ends early. */
export function runLoad(
  plan: LoadPlan,
  onStart: (pid: number) => void = () => undefined,
): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'generator.ts'), { stdio: 'inherit' });
    child.once('error', reject);
    child.once('message', (message: { result?: LoadResult; error?: string }) => {
      if (message.result) resolve(message.result);
      else reject(new Error(`the load generator failed: ${message.error}`));
    });
    child.once('exit', (code, signal) =>
      reject(new Error(`the load generator ended (${signal ?? `exit code ${code}`})`)),
    );
    child.once('spawn', () => onStart(child.pid ?? 0));
    child.send(plan);
  });
}
