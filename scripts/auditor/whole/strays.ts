import { z } from 'zod';
import { messageIdOf } from '../../../domain/notification/mail-text.ts';
import type { OrderFacts } from '../order/order-facts.ts';
import { messagesOf } from '../order/log.ts';
import type { Ask } from '../outside.ts';
import type { Finding, Invariant } from '../report.ts';
import { getJson, type AuditSources } from '../sources.ts';
import { readWhole } from './read-whole.ts';
import { countHistory } from '../history-documents.ts';

export const noStrays: Invariant = {
  name: 'no-strays',
  about: 'the audit chain, the inboxes, the read model and the mail server hold nothing without an event',
  needs: ['postgres', 'mongo', 'mails'],
};

/** Message ids that the sink keeps in memory (`adapters/smtp/sink.ts`). */
const sinkLimit = 500_000;

type Counts = { entries: number; inbox: number; learned: number; documents: number; mails: number };

const places = {
  entries: 'audit entries',
  inbox: 'rows in the inbox of aggregate-analytics',
  learned: 'rows in the inbox of learn-copurchases',
  documents: 'documents in the read model',
  mails: 'mails',
} as const;

export type Places = { readonly counts: Partial<Counts>; readonly takenIsAll: boolean };

/** What was there before the orders were read: whatever was not met on the way belongs to no order. */
export async function countPlaces(sources: AuditSources, ask: Ask, inboxSince: Date): Promise<Places> {
  const [mails, documents] = await Promise.all([
    ask('mails', async () => {
      const counts = z.object({ count: z.int(), distinct: z.int() });
      return counts.parse(await getJson('mails', `${sources.mailsUrl}/mails/count`));
    }),
    ask('mongo', () => countHistory(sources.mongo)),
  ]);
  const rows = await readWhole<{ entries: number; inbox: number; learned: number }>(
    sources.postgres,
    `select (select count(*)::int from audit.entries) as entries,
        (select count(*)::int from analytics.inbox
         where consumer = 'aggregate-analytics' and handled_at >= $1) as inbox,
        (select count(*)::int from recommendation.inbox
         where consumer = 'learn-copurchases' and handled_at >= $1) as learned`,
    [inboxSince],
  );
  const takenIsAll = mails !== undefined && mails.distinct < sinkLimit;
  const counts = {
    ...rows[0]!,
    ...(documents === undefined ? {} : { documents }),
    ...(takenIsAll ? { mails: mails.count } : {}),
  };
  return { counts, takenIsAll };
}

export function createMet() {
  const met: Counts = { entries: 0, inbox: 0, learned: 0, documents: 0, mails: 0 };
  return {
    add(facts: OrderFacts): void {
      // An entry of an event that is gone is in the order's own range of ids, and was not asked for.
      const ids = new Set(messagesOf(facts).map(({ eventId }) => eventId));
      met.entries += [...facts.audited.keys()].filter((eventId) => ids.has(eventId)).length;
      met.inbox += facts.aggregated.size;
      met.learned += facts.learned.size;
      if (facts.history?.summary) met.documents += 1;
      for (const copies of copiesOf(facts)) met.mails += copies;
    },
    findings({ counts: before }: Places): readonly Finding[] {
      return (Object.keys(places) as (keyof Counts)[]).flatMap((place) => {
        const stray = (before[place] ?? 0) - met[place];
        return stray > 0 ? [{ example: `${stray} ${places[place]} of no event` }] : [];
      });
    },
  };
}

function copiesOf({ taken, orderId, mails }: OrderFacts): readonly number[] {
  if (!taken) return [];
  return mails.map(({ step }) => taken.get(messageIdOf(orderId, step)) ?? 0);
}
