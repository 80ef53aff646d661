/** What a loop is at. */
export type Work = {
  /** It goes on: to be called from step to step, also from one wait for a system that is away to the next. */
  readonly beat: () => void;
  readonly end: () => void;
};

export type Heartbeats = {
  /** Work that has to end, or to beat, within the limit. A loop may be at several things; between them it may be silent for ever. */
  begin(loop: string): Work;
  /** The loops with work that has been silent for longer. */
  hung(): readonly string[];
};

/**
 * Longest silence of work that does not hang, in ms. Our calls end within seconds or, by PostgreSQL's limits, within 15 s a
 * statement; Kafka's client tries for minutes, and each try is a beat. The longest is a statement to a server that has gone
 * without a word: Linux gives the connection up after 16 minutes (tcp_retries2), and a restart would not bring the server back.
 */
export const hungAfterMs = 20 * 60_000;

/** What a restart is decided by (`/livez`): work whose promise never settles, which nothing else brings to an end. */
export function createHeartbeats(limitMs = hungAfterMs, nowMs = () => performance.now()): Heartbeats {
  const underWay = new Set<{ readonly loop: string; lastMs: number }>();
  return {
    begin(loop) {
      const work = { loop, lastMs: nowMs() };
      underWay.add(work);
      return {
        beat: () => void (work.lastMs = nowMs()),
        end: () => void underWay.delete(work),
      };
    },
    hung() {
      const silent = [...underWay].filter(({ lastMs }) => nowMs() - lastMs > limitMs);
      return [...new Set(silent.map(({ loop }) => loop))];
    },
  };
}
