import { Partitioners } from 'kafkajs';
import { deadLetterEvents } from '../contracts/dead-letter-events.ts';
import { topics } from '../contracts/topics.ts';
import type { DeadLetterEvent } from '../contracts/dead-letter-events.ts';
import { messageLifeMs } from '../platform/retention.ts';
import type { AuditSources } from './auditor/sources.ts';
import { extentsOf, readTopics } from './auditor/topic-reader.ts';

export type DeadLetterStatus = 'open' | 'retried' | 'dropped';

export type DeadLetter = Omit<DeadLetterEvent, 'type'> & {
  /** `<topic>/<partition>/<offset>/<consumer>`: where the message lay, and who gave it up. */
  readonly id: string;
  readonly status: DeadLetterStatus;
};

export type DeadLetterDesk = {
  /** By time. All of them are in memory at once, without their values unless `withValues`. */
  list(options?: { readonly withValues?: boolean }): Promise<readonly DeadLetter[]>;
  /**
   * Publishes the messages again as they were, on their topic and partition. Others who read the topic know them
   * already and skip them; whoever gave up handles them, or gives up again at the new offset.
   * @throws RangeError when one is too old or cut, before anything was published.
   */
  retry(letters: readonly DeadLetter[]): Promise<void>;
  /** Nothing more will be done about them. */
  drop(letters: readonly DeadLetter[]): Promise<void>;
};

export const cutBecause = 'its message was too large for the letter, and lies only where it lay';

export const tooOldBecause = 'others may have forgotten that they handled its event';

/**
 * Whether a letter, read with its value, is of an event so old that others who read the topic may not know it for one
 * that they have handled by the time they meet it again (`inboxRetentionMs`).
 */
export function isTooOldToRetry(
  { valueBase64 }: Pick<DeadLetter, 'valueBase64'>,
  nowMs = Date.now(),
): boolean {
  const happenedMs = timeOf(Buffer.from(valueBase64, 'base64').toString());
  return happenedMs !== undefined && happenedMs < nowMs - messageLifeMs;
}

/** Undefined for what no contract takes: nobody has handled it. */
function timeOf(json: string): number | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null || !('at' in value)) return undefined;
    return typeof value.at === 'string' ? Date.parse(value.at) : undefined;
  } catch {
    return undefined;
  }
}

/** The open and settled dead letters of one platform. The topic holds the letters, PostgreSQL what became of them. */
export function openDeadLetterDesk(
  sources: Pick<AuditSources, 'postgres' | 'kafka' | 'admin'>,
): DeadLetterDesk {
  const { postgres, kafka, admin } = sources;
  const settle = async (letters: readonly DeadLetter[], status: 'retried' | 'dropped'): Promise<void> => {
    await postgres.query(
      `insert into audit.dead_letters (bucket, topic, "offset", consumer, status)
       select n.*, $5 from unnest($1::int[], $2::text[], $3::bigint[], $4::text[]) as n
       on conflict (bucket, topic, "offset", consumer)
         do update set status = excluded.status, resolved_at = excluded.resolved_at`,
      [
        letters.map(({ partition }) => partition),
        letters.map(({ topic }) => topic),
        letters.map(({ offset }) => offset),
        letters.map(({ consumer }) => consumer),
        status,
      ],
    );
  };
  return {
    async list({ withValues = false } = {}) {
      await admin.connect();
      const letters = await readLetters(sources, withValues);
      const { rows } = await postgres.query<{ id: string; status: DeadLetterStatus }>(
        `select concat_ws('/', topic, bucket, "offset", consumer) as id, status from audit.dead_letters`,
      );
      const settled = new Map(rows.map(({ id, status }) => [id, status]));
      return letters
        .map((letter) => ({ ...letter, status: settled.get(letter.id) ?? ('open' as const) }))
        .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
    },
    async retry(letters) {
      const old = letters.find((letter) => isTooOldToRetry(letter));
      if (old) throw new RangeError(`${old.id} is too old: ${tooOldBecause}`);
      const cut = letters.find(({ isCut }) => isCut);
      if (cut) throw new RangeError(`${cut.id} is cut: ${cutBecause}`);
      const producer = kafka.producer({
        createPartitioner: Partitioners.DefaultPartitioner,
        idempotent: true,
      });
      await producer.connect();
      try {
        for (const batch of inBatches(letters)) {
          await producer.sendBatch({ acks: -1, topicMessages: batch.map(messageOf) });
          // After the broker has them: a crash in between publishes them once more.
          await settle(batch, 'retried');
        }
      } finally {
        await producer.disconnect();
      }
    },
    drop: (letters) => settle(letters, 'dropped'),
  };
}

const batchLength = 800_000;

/** Letters in order, no more at a time than Kafka takes in one batch (`message.max.bytes` is 1 MiB). */
function inBatches<Letter extends Pick<DeadLetter, 'valueBase64' | 'headers'>>(
  letters: readonly Letter[],
): readonly (readonly Letter[])[] {
  const batches: Letter[][] = [];
  let length = Infinity;
  for (const letter of letters) {
    const own = letter.valueBase64.length + JSON.stringify(letter.headers).length + 500;
    length += own;
    if (length > batchLength) {
      batches.push([]);
      length = own;
    }
    batches.at(-1)!.push(letter);
  }
  return batches;
}

/** A letter that was written twice is one: the first. */
async function readLetters(
  sources: Pick<AuditSources, 'kafka' | 'admin'>,
  withValues: boolean,
): Promise<readonly Omit<DeadLetter, 'status'>[]> {
  const { name } = topics.deadLetterEvents;
  const extents = await extentsOf(sources, [name]);
  const partitions = (extents.get(name) ?? []).map(({ partition }) => partition);
  const letters = new Map<string, Omit<DeadLetter, 'status'>>();
  await readTopics(sources, extents, partitions, (_topic, _partition, { value }) => {
    const letter = deadLetterEvents.EventDeadLettered.parse(JSON.parse(value?.toString() ?? ''));
    const { topic, partition, offset, consumer } = letter;
    const id = `${topic}/${partition}/${offset}/${consumer}`;
    if (!letters.has(id)) letters.set(id, { ...letter, id, ...(withValues ? {} : { valueBase64: '' }) });
  });
  return [...letters.values()];
}

function messageOf({ topic, partition, key, headers, valueBase64 }: DeadLetter) {
  return { topic, messages: [{ partition, key, headers, value: Buffer.from(valueBase64, 'base64') }] };
}
