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
  /** Without it nothing waits while a batch could go. */
  readonly delay?: CommitDelay;
};

/**
 * As PostgreSQL's `commit_delay` and `commit_siblings`
 * (https://www.postgresql.org/docs/current/runtime-config-wal.html#GUC-COMMIT-DELAY): whoever calls in a loop, or behind a
 * queue, comes again soon after an answer, so while many call, a batch that waits for them carries twice as many as one
 * that goes with the first; each batch costs a statement, a commit and a sync, however much is in it. It is for callers who
 * come again in a later turn, as over a socket: who calls again at once is counted twice, and waited for in vain.
 */
export type CommitDelay = {
  /** Nothing waits unless the last batch and what waited at its end were more than this. */
  readonly siblings: number;
  /** Part of those that the next batch waits for. */
  readonly share: number;
  /** So many wait for nobody. */
  readonly full: number;
  /** The longest wait, in ms. */
  readonly longestMs: number;
};

/** Collects what comes together while all batches were on their way: it goes with the next. */
export function createCollector<Waiting>({
  maxInFlight,
  take,
  run,
  delay = { siblings: Infinity, share: 0, full: 0, longestMs: 0 },
}: CollectorSettings<Waiting>): (waiting: Waiting) => void {
  let queue: Waiting[] = [];
  let inFlight = 0;
  /** Who called at the same time, when the last batch ended. */
  let siblings = 0;
  let scheduled = false;
  let timer: NodeJS.Timeout | undefined;

  function send(): void {
    scheduled = false;
    clearTimeout(timer);
    timer = undefined;
    while (inFlight < maxInFlight && queue.length > 0) {
      const { batch, rest } = take(queue);
      queue = rest;
      inFlight += 1;
      void run(batch).finally(() => {
        inFlight -= 1;
        siblings = batch.length + queue.length;
        next();
      });
    }
  }

  function next(): void {
    if (scheduled || queue.length === 0 || inFlight >= maxInFlight) return;
    if (siblings <= delay.siblings) {
      // One microtask later, so that the calls of one turn go together.
      scheduled = true;
      queueMicrotask(send);
    } else if (queue.length >= Math.min(siblings * delay.share, delay.full)) {
      // At the end of the turn: what else has arrived goes too.
      scheduled = true;
      setImmediate(send);
    } else timer ??= setTimeout(send, delay.longestMs);
  }

  return (waiting) => {
    queue.push(waiting);
    next();
  };
}
