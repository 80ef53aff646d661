/** One of a ring: work under way, in the order of the ends. */
type Pending = {
  expiresAtMs: number;
  expire: (() => void) | undefined;
  before: Pending | undefined;
  after: Pending | undefined;
};

/**
 * Ends work that takes longer than one limit. The limit is the same for all, so the pending ones stand in the order
 * of their ends and one timer serves them all: a request costs no timer of its own.
 *
 * They are linked by hand, and let go of each other at their end. A Set would leave tables behind that refer to the next,
 * with all that it holds; once one of them is old, the collector of young objects takes every request for alive.
 */
export class Deadlines {
  readonly #limitMs: number;
  #first: Pending | undefined;
  #last: Pending | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** What `work` brings, or `expired()` when the limit comes first; the work itself goes on then. */
  within<Result>(work: Promise<Result>, expired: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      const pending = this.#add(() => resolve(expired()));
      work.then(
        (result) => {
          this.#remove(pending);
          resolve(result);
        },
        (error: unknown) => {
          this.#remove(pending);
          reject(error);
        },
      );
    });
  }

  #add(expire: () => void): Pending {
    const expiresAtMs = performance.now() + this.#limitMs;
    const pending: Pending = { expiresAtMs, expire, before: this.#last, after: undefined };
    if (this.#last) this.#last.after = pending;
    else this.#first = pending;
    this.#last = pending;
    if (!this.#timer) this.#arm(this.#limitMs);
    return pending;
  }

  #remove(pending: Pending): void {
    if (!pending.expire) return;
    if (pending.before) pending.before.after = pending.after;
    else this.#first = pending.after;
    if (pending.after) pending.after.before = pending.before;
    else this.#last = pending.before;
    pending.before = pending.after = pending.expire = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => this.#sweep(), delayMs);
    this.#timer.unref();
  }

  #sweep(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (let first = this.#first; first; first = this.#first) {
      if (first.expiresAtMs > now) return this.#arm(first.expiresAtMs - now);
      const { expire } = first;
      this.#remove(first);
      expire?.();
    }
  }
}
