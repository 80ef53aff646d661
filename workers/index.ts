import type { AnyWorker, TaskDefinition } from '../platform/worker.ts';
import { advanceOrder } from './advance-order.ts';
import { aggregateAnalytics } from './aggregate-analytics.ts';
import { appendAudit } from './append-audit.ts';
import { bookShipment } from './book-shipment.ts';
import { capturePayment } from './capture-payment.ts';
import { learnCopurchases } from './learn-copurchases.ts';
import { projectOrderHistory } from './project-order-history.ts';
import { refundPayment } from './refund-payment.ts';
import { reserveStock } from './reserve-stock.ts';
import { scoreOrder } from './score-order.ts';
import { sendNotification } from './send-notification.ts';
import { sweepReservations } from './sweep-reservations.ts';
import { sweepRetention } from './sweep-retention.ts';
import { sweepStuckOrders } from './sweep-stuck-orders.ts';

/** Every Kafka worker of the platform. */
export const workers: readonly AnyWorker[] = [
  reserveStock,
  scoreOrder,
  advanceOrder,
  capturePayment,
  refundPayment,
  bookShipment,
  sendNotification,
  projectOrderHistory,
  aggregateAnalytics,
  learnCopurchases,
  appendAudit,
];

/** What runs by the clock. */
// `any`: the context's type differs from task to task.
export const tasks: readonly TaskDefinition<any>[] = [sweepStuckOrders, sweepReservations, sweepRetention];
