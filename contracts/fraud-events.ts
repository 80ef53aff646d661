import { z } from 'zod';
import { aboutOrder, name } from './event-parts.ts';

/** `score` runs from 0 (harmless) to 1; `signals` name the rules that raised it. */
const assessment = { ...aboutOrder, score: z.number().min(0).max(1), signals: z.array(name).readonly() };

/** The data of every event on `fraud-detection-events`, by type. */
export const fraudEvents = {
  FraudCleared: z.object(assessment),
  FraudReviewRequested: z.object(assessment),
  FraudRejected: z.object(assessment),
};
