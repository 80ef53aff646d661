import { z } from 'zod';
import { instant, orderId } from '../event-parts.ts';

/** `score` runs from 0 (harmless) to 1; `signals` name the rules that raised it. */
export const fraudAssessment = z.object({
  orderId,
  outcome: z.enum(['clear', 'review', 'reject']),
  score: z.number().min(0).max(1),
  signals: z.array(z.string()),
  scoredAt: instant,
});
