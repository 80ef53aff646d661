import { historyEqualsFold } from './history.ts';
import { legalTransitions } from './legal-transitions.ts';
import { auditedOnce } from './log.ts';
import {
  endedNetsToZero,
  journalBalances,
  journalMatchesEvents,
  oneCapture,
  paidExactly,
  paymentBounds,
  paymentInLedger,
} from './money.ts';
import type { OrderInvariant } from './order-facts.ts';
import { eventsPublished, publishedIsStored } from './published.ts';
import { endedIsStopped, mailHasStep, mailOnce, oneShipment, shippedHasMail } from './side-effects.ts';
import { allocationsMatchLines, stockFollowsOrder } from './stock.ts';
import {
  orderEnds,
  orderTotals,
  sagaMatchesOrder,
  streamInItsBucket,
  versionsWithoutGaps,
} from './streams.ts';

/** What is checked of each order alone. */
export const orderInvariants: readonly OrderInvariant[] = [
  stockFollowsOrder,
  allocationsMatchLines,
  journalBalances,
  journalMatchesEvents,
  paymentBounds,
  oneCapture,
  paymentInLedger,
  paidExactly,
  endedNetsToZero,
  streamInItsBucket,
  legalTransitions,
  orderTotals,
  sagaMatchesOrder,
  orderEnds,
  versionsWithoutGaps,
  auditedOnce,
  historyEqualsFold,
  eventsPublished,
  publishedIsStored,
  mailOnce,
  shippedHasMail,
  mailHasStep,
  oneShipment,
  endedIsStopped,
];
