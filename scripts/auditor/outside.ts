import { chargeList } from '../../adapters/payments/provider-api.ts';
import type { OrderSummary } from '../../platform/ports/order-history.ts';
import type { ProviderCharge } from '../../platform/ports/payment-provider.ts';
import { sendNotification } from '../../workers/send-notification.ts';
import { messageIdOf } from '../../domain/notification/mail-text.ts';
import { z } from 'zod';
import { readHistory } from './history-documents.ts';
import type { SourceName } from './report.ts';
import { getJson, type AuditSources } from './sources.ts';

/** What the systems outside PostgreSQL say of some orders; undefined for one that is away. */
export type Outside = {
  readonly charges: ReadonlyMap<string, readonly ProviderCharge[]> | undefined;
  /** Copies by message id. */
  readonly taken: ReadonlyMap<string, number> | undefined;
  readonly history: ReadonlyMap<string, OrderSummary> | undefined;
};

/** `ask` answers undefined for a source that is away. */
export type Ask = <Result>(source: SourceName, read: () => Promise<Result>) => Promise<Result | undefined>;

/** Asked before PostgreSQL, so that none of it can be ahead of what PostgreSQL says. */
export async function readOutside(
  sources: AuditSources,
  orderIds: readonly string[],
  ask: Ask,
): Promise<Outside> {
  const [charges, taken, history] = await Promise.all([
    ask('provider', () => readCharges(sources.providerUrl, orderIds)),
    ask('mails', () => readMails(sources.mailsUrl, orderIds)),
    ask('mongo', () => readHistory(sources.mongo, orderIds)),
  ]);
  return { charges, taken, history };
}

async function readCharges(
  providerUrl: string,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ProviderCharge[]>> {
  const charges: ProviderCharge[] = [];
  for (const url of addresses(`${providerUrl}/v1/charges`, 'order', orderIds)) {
    const answer = chargeList.parse(await getJson('provider', url));
    charges.push(...answer.charges);
  }
  return Map.groupBy(charges, ({ orderId }) => orderId);
}

const mailList = z.object({
  mails: z.array(z.object({ messageId: z.string(), copies: z.int().positive() })),
});

async function readMails(
  mailsUrl: string,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const copies = new Map<string, number>();
  const messageIds = orderIds.flatMap((orderId) =>
    sendNotification.only.map((step) => messageIdOf(orderId, step)),
  );
  for (const url of addresses(`${mailsUrl}/mails`, 'messageId', messageIds)) {
    const answer = mailList.parse(await getJson('mails', url));
    for (const mail of answer.mails) copies.set(mail.messageId, mail.copies);
  }
  return copies;
}

/** As many addresses as it takes: Node's servers refuse a request head of more than 16 KB. */
function addresses(base: string, parameter: string, values: readonly string[]): string[] {
  const urls: string[] = [];
  for (let at = 0; at < values.length; at += 120) {
    const query = new URLSearchParams(values.slice(at, at + 120).map((value) => [parameter, value]));
    urls.push(`${base}?${query.toString()}`);
  }
  return urls;
}
