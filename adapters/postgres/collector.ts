export type CollectorSettings<Waiting> = {
  /** Batches on their way at a time. */
  readonly maxInFlight: number;
  /** Takes from what waits, which is never empty, what goes together next. */
  readonly take: (queue: readonly Waiting[]) => {
    readonly batch: readonly Waiting[];
    readonly rest: Waiting[];
  };
  /** Answers everyone in the batch; never rejects. */
  readonly run: (batch: readonly Waiting[]) => Promise<void>;
};

/** Collects without any timer: what has come together while all batches were on their way goes with the next. */
export function createCollector<Waiting>({
  maxInFlight,
  take,
  run,
}: CollectorSettings<Waiting>): (waiting: Waiting) => void {
  let queue: Waiting[] = [];
  let inFlight = 0;
  let scheduled = false;

  function send(): void {
    scheduled = false;
    while (inFlight < maxInFlight && queue.length > 0) {
      const { batch, rest } = take(queue);
      queue = rest;
      inFlight += 1;
      void run(batch).finally(() => {
        inFlight -= 1;
        send();
      });
    }
  }

  return (waiting) => {
    queue.push(waiting);
    // One microtask later, so that the calls of one turn go together.
    if (!scheduled) queueMicrotask(send);
    scheduled = true;
  };
}
