import type { AuditChain } from './audit-chain.ts';
import type { Backlog } from './backlog.ts';
import type { Catalogue } from './catalogue.ts';
import type { Copurchases, Recommendations } from './copurchases.ts';
import type { EventStore } from './event-store.ts';
import type { FraudAssessments, FraudScores } from './fraud-scores.ts';
import type { Mailer } from './mail.ts';
import type { MailLog } from './mail-log.ts';
import type { Notifications } from './notifications.ts';
import type { OrderHistory } from './order-history.ts';
import type { PaymentProvider } from './payment-provider.ts';
import type { Retention } from './retention.ts';
import type { Sagas } from './sagas.ts';
import type { SalesBoard, SalesCounters } from './sales.ts';
import type { Tokens, WebhookSignatures } from './security.ts';
import type { StockLevels, StockRepository } from './stock.ts';
import type { Carts, Users } from './users.ts';
import type { WakeBus } from './wake.ts';

/** What lives as long as the process. */
export type SharedPorts = {
  readonly orders: EventStore;
  readonly payments: EventStore;
  readonly shipments: EventStore;
  readonly sagas: Sagas;
  readonly stockLevels: StockLevels;
  readonly users: Users;
  readonly carts: Carts;
  readonly catalogue: Catalogue;
  readonly orderHistory: OrderHistory;
  readonly salesBoard: SalesBoard;
  readonly notifications: Notifications;
  readonly assessments: FraudAssessments;
  readonly recommendations: Recommendations;
  readonly paymentProvider: PaymentProvider;
  readonly mailer: Mailer;
  readonly tokens: Tokens;
  readonly webhookSignatures: WebhookSignatures;
  readonly wake: WakeBus;
  readonly backlog: Backlog;
  readonly retention: Retention;
};

/** What exists only inside a transaction. */
export type TransactionalPorts = {
  readonly stock: StockRepository;
  readonly scores: FraudScores;
  readonly mails: MailLog;
  readonly sales: SalesCounters;
  readonly auditChain: AuditChain;
  readonly copurchases: Copurchases;
};
