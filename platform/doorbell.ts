import type { WakeBus } from './ports/wake.ts';

export type Doorbell = {
  /** Resolves at the next ring, at once when it rang since the last wait; also when the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
  close(): void;
};

/** Wakes of one service as something to wait for: a ring between two waits is not lost. */
export function createDoorbell(wake: WakeBus, service: string): Doorbell {
  let rang = false;
  let answer: (() => void) | undefined;
  const close = wake.listen(service, () => {
    rang = true;
    answer?.();
  });
  return {
    close,
    wait(signal) {
      return new Promise((resolve) => {
        const done = (): void => {
          answer = undefined;
          rang = false;
          signal.removeEventListener('abort', done);
          resolve();
        };
        answer = done;
        if (rang || signal.aborted) done();
        else signal.addEventListener('abort', done, { once: true });
      });
    },
  };
}
