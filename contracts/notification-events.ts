import { z } from 'zod';
import { aboutOrder, name } from './event-parts.ts';

/** `step` is the order event that the customer hears of: at most one notification for each order and step. */
const notification = { ...aboutOrder, step: name, channel: z.enum(['email']) };

/** The data of every event on `notification-events`, by type. No mail address is ever in one. */
export const notificationEvents = {
  NotificationSent: z.object({ ...notification, messageId: name }),
  NotificationFailed: z.object({ ...notification, reason: name }),
};
