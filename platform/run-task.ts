import { setTimeout as sleep } from 'node:timers/promises';
import type { Heartbeats } from './heartbeats.ts';
import type { Logger } from './logger.ts';
import type { SharedPorts } from './ports/index.ts';
import type { Transactions } from './ports/transactions.ts';
import { sharedOf } from './resources.ts';
import { counter } from './telemetry.ts';
import type { TaskDefinition, WorkerTools } from './worker.ts';

const runs = counter('meridian_task_runs', 'Runs of a task by outcome');

/** Runs a task every `everyMs` until the signal aborts; a run that fails is logged and the next one tries again. */
export async function runTask(
  // `any`: the context's type differs from task to task.
  task: TaskDefinition<any>,
  {
    shared,
    transactions,
    tools,
    logger,
    heartbeats,
    signal,
  }: {
    readonly shared: SharedPorts;
    readonly transactions: Transactions;
    readonly tools: WorkerTools;
    readonly logger: Logger;
    readonly heartbeats: Heartbeats;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const ports = sharedOf(shared, task.needs);
  const transaction: Transactions['run'] = (service, work) => transactions.run(service, work);
  while (!signal.aborted) {
    const work = heartbeats.begin(task.name);
    try {
      await task.run({ ...ports, ...tools, now: new Date(), transaction, beat: work.beat });
      runs.add(1, { task: task.name, outcome: 'done' });
    } catch (error) {
      logger.error({ err: error, task: task.name }, 'a task failed and runs again later');
      runs.add(1, { task: task.name, outcome: 'failed' });
    } finally {
      work.end();
    }
    await sleep(task.everyMs, undefined, { signal }).catch(() => undefined);
  }
}
