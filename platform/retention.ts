import { topicRetentionDays } from '../contracts/topics.ts';
import { velocityWindowMs } from './ports/fraud-scores.ts';

const dayMs = 24 * 60 * 60_000;
/** Kafka deletes whole segments, which are filled for a week at most: a message may outlive its retention by that much. */
const segmentDays = 7;

/**
 * How long a message lies on its topic at most, in ms. An event older than this is not published again either: a dead
 * letter is retried before that or not at all.
 */
export const messageLifeMs = (topicRetentionDays + segmentDays) * dayMs;

/**
 * How long an inbox remembers what was handled, in ms: an event is published again up to `messageLifeMs` after it
 * happened, that copy is read up to `messageLifeMs` later, and clocks may differ by a day.
 */
export const inboxRetentionMs = 2 * messageLifeMs + dayMs;

/** How long a user's activity is kept, in ms: an order that is scored up to a day late still finds its whole window. */
export const activityRetentionMs = velocityWindowMs + dayMs;
