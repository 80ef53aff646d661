import type { SampleOrder } from './plan.ts';

/** A sample order on its way. */
export type Progress = SampleOrder & {
  orderId?: string;
  totalMinor?: number;
  currency?: string;
  status: string;
  /** Why it was rejected. */
  reason?: string;
  /** Milliseconds from placing to each step. */
  stepMs: Record<string, number>;
  mailMs?: number;
  problem?: string;
};

const mailedStatuses: readonly string[] = ['shipped', 'delivered', 'rejected', 'cancelled', 'refunded'];

/** Whether an order is not yet where it ends, or its mail has not come. */
export function isOpen({ status, mailMs, problem }: Progress): boolean {
  if (problem !== undefined) return false;
  return !mailedStatuses.includes(status) || mailMs === undefined;
}

/** What became of the order, in the words of the plan. */
export function outcomeOf({ status, reason, problem }: Progress): string {
  if (problem !== undefined) return problem;
  if (status === 'rejected') return `rejected: ${reason ?? '?'}`;
  // Cancelled after the money had come in: it went back.
  return status === 'refunded' ? 'cancelled' : status;
}

export function isAsMeant(order: Progress): boolean {
  return !isOpen(order) && outcomeOf(order) === order.expected;
}

/** 0 where all orders ended as they were meant to and the audit of them is clean, else 1. */
export function exitCodeOf(orders: readonly Progress[], auditExitCode: number | undefined): 0 | 1 {
  return auditExitCode === 0 && orders.every(isAsMeant) ? 0 : 1;
}
