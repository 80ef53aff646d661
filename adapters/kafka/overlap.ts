import { setTimeout as sleep } from 'node:timers/promises';
import { PartlyHandled, type ConsumeSettings, type ReceivedMessage } from '../../platform/ports/messages.ts';

/** Batches under way at a time; when all are slow, nothing more is fetched. */
const maxOverlap = 8;

/** Handles batches beside each other. One that fails is tried again here, after its pause, until it succeeds or the process stops. */
export function createOverlap(
  { handle, onFailure }: Pick<ConsumeSettings, 'handle' | 'onFailure'>,
  stopping: AbortSignal,
) {
  const running = new Set<Promise<void>>();

  async function run(messages: readonly ReceivedMessage[], done: () => void): Promise<void> {
    let left = messages;
    while (!stopping.aborted) {
      try {
        await handle(left);
        done();
        return;
      } catch (error) {
        if (error instanceof PartlyHandled) left = error.unhandled;
        await sleep(onFailure(error), undefined, { signal: stopping }).catch(() => undefined);
      }
    }
  }

  return {
    /** Resolves when the batch has begun, which is when there is room for it; `done` is called when it is handled. */
    async take(messages: readonly ReceivedMessage[], done: () => void): Promise<void> {
      while (running.size >= maxOverlap) await Promise.race(running);
      const work: Promise<void> = run(messages, done).finally(() => running.delete(work));
      running.add(work);
    },
    async idle(): Promise<void> {
      await Promise.all(running);
    },
  };
}
