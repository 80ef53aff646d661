type Pending = { readonly expiresAtMs: number; readonly expire: () => void };

/**
 * Ends work that takes longer than one limit. The limit is the same for all, so the pending ones stand in the order
 * of their ends and one timer serves them all: a request costs no timer of its own.
 */
export class Deadlines {
  readonly #limitMs: number;
  readonly #pending = new Set<Pending>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** What `work` brings, or `expired()` when the limit comes first; the work itself goes on then. */
  within<Result>(work: Promise<Result>, expired: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        expiresAtMs: performance.now() + this.#limitMs,
        expire: () => resolve(expired()),
      };
      this.#pending.add(pending);
      if (!this.#timer) this.#arm(this.#limitMs);
      work.then(
        (result) => {
          this.#pending.delete(pending);
          resolve(result);
        },
        (error: unknown) => {
          this.#pending.delete(pending);
          reject(error);
        },
      );
    });
  }

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => this.#sweep(), delayMs);
    this.#timer.unref();
  }

  #sweep(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const pending of this.#pending) {
      if (pending.expiresAtMs > now) return this.#arm(pending.expiresAtMs - now);
      this.#pending.delete(pending);
      pending.expire();
    }
  }
}
