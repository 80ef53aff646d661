import { z } from 'zod';
import { instant, name, type EventOf } from './event-parts.ts';

/** The data of every event on `dead-letter-events`: where a message lay, why it failed, and its bytes unread. */
export const deadLetterEvents = {
  EventDeadLettered: z.object({
    consumer: name,
    topic: name,
    partition: z.int().nonnegative(),
    offset: z.string().regex(/^\d+$/),
    key: z.string().nullable(),
    headers: z.record(z.string(), z.string()).readonly(),
    valueBase64: z.base64(),
    /** The message was too large to be in here: value and headers are where it lay. */
    isCut: z.literal(true).optional(),
    errorCode: name,
    errorMessage: z.string(),
    attempts: z.int().positive(),
    at: instant,
  }),
};

export type DeadLetterEvent = EventOf<typeof deadLetterEvents>;
