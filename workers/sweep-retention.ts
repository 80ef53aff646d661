import { inboxServices } from '../platform/ports/retention.ts';
import { activityRetentionMs, inboxRetentionMs } from '../platform/retention.ts';
import { defineTask } from '../platform/worker.ts';

const batch = 5000;
/** Of each table in one run: 14 million rows a day, and a run that comes after a long pause is short too. */
const mostBatches = 20;

/** Deletes what only had to be remembered for a time: which events were handled, and how active a user was. */
export const sweepRetention = defineTask({
  name: 'sweep-retention',
  service: 'audit',
  needs: ['retention'],
  everyMs: 10 * 60_000,
  scale: { min: 2, max: 2 },
  async run({ retention, now, signal, beat }) {
    const pruneAll = async (prune: () => Promise<number>): Promise<void> => {
      for (let n = 0; n < mostBatches && !signal.aborted; n += 1) {
        beat();
        if ((await prune()) < batch) return;
      }
    };
    for (const service of inboxServices)
      await pruneAll(() => retention.pruneInbox(service, { now, keptMs: inboxRetentionMs }, batch));
    await pruneAll(() => retention.pruneActivity({ now, keptMs: activityRetentionMs }, batch));
  },
});
