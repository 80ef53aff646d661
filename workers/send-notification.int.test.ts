import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startMailSink, type MailSink } from '../adapters/smtp/sink.ts';
import { createSmtpMailer, type SmtpMailerOptions } from '../adapters/smtp/smtp-mailer.ts';
import type { Mail, Mailer } from '../platform/ports/mail.ts';
import type { ReceivedMessage } from '../platform/ports/messages.ts';
import { customer, startWorkerHarness, type WorkerHarness } from '../scripts/testing/worker-harness.ts';
import { sendNotification } from './send-notification.ts';

type OpenMailer = Mailer & { close(): Promise<void> };

let harness: WorkerHarness;
let folder: string;
let sink: MailSink;
let mailers: OpenMailer[] = [];

beforeAll(async () => {
  harness = await startWorkerHarness();
  await harness.shared.users.create({
    userId: customer,
    email: 'ada@example.com',
    name: 'Ada',
    country: 'US',
    postalCode: '10001',
    createdAt: new Date(),
  });
}, 180_000);
afterAll(() => harness?.close(), 60_000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mails-'));
  await harness.published();
  await harness.pool.query('truncate notification.mails');
});
afterEach(async () => {
  await Promise.all(mailers.map((mailer) => mailer.close()));
  mailers = [];
  await sink.close();
  await rm(folder, { recursive: true });
});

async function openSink(slowMs: number): Promise<void> {
  sink = await startMailSink({ folder, smtpPort: 0, apiPort: 0, slowMs });
}

function connect(limits: Partial<SmtpMailerOptions>): OpenMailer {
  const { smtpPort: port, apiUrl } = sink;
  const mailer = createSmtpMailer({
    host: '127.0.0.1',
    port,
    apiUrl,
    from: 'Meridian <shop@meridian.test>',
    ...limits,
  });
  mailers.push(mailer);
  return mailer;
}

/** Messages of orders that were cancelled. */
async function cancellations(count: number): Promise<readonly ReceivedMessage[]> {
  await Promise.all(Array.from({ length: count }, () => harness.order(0, ['CancelOrder'])));
  return (await harness.published()).filter(({ type }) => type === 'OrderCancelled');
}

async function counts(): Promise<{ count: number; distinct: number }> {
  return (await (await fetch(`${sink.apiUrl}/mails/count`)).json()) as { count: number; distinct: number };
}

async function rows(): Promise<Readonly<Record<string, number>>> {
  const { rows: found } = await harness.pool.query<{ state: string; count: number }>(
    `select case when claimed_at = '-infinity' and status = 'claimed' then 'released' else status end as state,
       count(*)::int as count from notification.mails group by 1 order by 1`,
  );
  return Object.fromEntries(found.map(({ state, count }) => [state, count]));
}

/** For a whole batch the end is so much nearer, so that a test need not wait for as long as a claim lasts. */
function sooner(busy: Mailer, byMs: number, free: Mailer) {
  const failed = Promise.withResolvers<void>();
  const mailer: Mailer = {
    accepted: (ids) => free.accepted(ids),
    send: (mails, { endByMs = Infinity } = {}) =>
      mails.length === 1
        ? free.send(mails, { endByMs })
        : busy.send(mails, { endByMs: endByMs - byMs }).catch((error: unknown) => {
            failed.resolve();
            throw error;
          }),
  };
  return { mailer, failedOnce: failed.promise };
}

test('mails whose turn comes too late are released, given up by nobody, and sent once when their turn comes', async () => {
  await openSink(100);
  const messages = await cancellations(30);
  const { mailer, failedOnce } = sooner(connect({ connections: 2, timeoutMs: 1000 }), 11_500, connect({}));
  const tight = await harness.run(
    { ...sendNotification, retry: { attempts: 2, firstDelayMs: 1 } },
    { mailer },
  );
  // Another batch succeeds meanwhile, after which a failing event may be taken for poison.
  const [other, waiting] = [messages.slice(0, 1), messages.slice(1)];
  const failing = expect(tight.deliver(waiting)).rejects.toMatchObject({ code: 'claim-expiring' });
  await failedOnce;
  await tight.deliver(other);
  await failing;
  expect(tight.letters).toEqual([]);
  const { sent = 0, released = 0, ...more } = await rows();
  expect([more, sent + released]).toEqual([{}, 30]);
  expect(released).toBeGreaterThan(0);
  expect(await counts()).toEqual({ count: sent, distinct: sent });

  // Another process takes over at once.
  const roomy = await harness.run(sendNotification, { mailer: connect({}) });
  await roomy.deliver(messages);
  expect(await counts()).toEqual({ count: 30, distinct: 30 });
  expect(await rows()).toEqual({ sent: 30 });
  expect(roomy.letters).toEqual([]);
}, 60_000);

test('a mail is through before its claim ends, however long it took to claim it', async () => {
  await openSink(0);
  const seen: number[] = [];
  const mailer: Mailer = {
    accepted: () => Promise.resolve(new Set()),
    send: (_mails: readonly Mail[], { endByMs = Infinity } = {}) => Promise.resolve(void seen.push(endByMs)),
  };
  const worker = await harness.run(sendNotification, { mailer });
  const [message] = await cancellations(1);
  const lock = await harness.pool.connect();
  await lock.query('begin; lock table notification.mails');
  const startedAt = performance.now();
  const delivered = worker.deliver([message!]);
  await vi.waitFor(() => expect(performance.now() - startedAt).toBeGreaterThan(1000), 3000);
  await lock.query('commit');
  lock.release();
  await delivered;
  expect(seen).toHaveLength(1);
  expect(seen[0]! - startedAt).toBeLessThan(15_000 - 1500);
});

test('a mail that the server took without an answer in time keeps its claim, and is not sent again', async () => {
  await openSink(700);
  const messages = await cancellations(3);
  const first = await harness.run(sendNotification, { mailer: connect({ timeoutMs: 250 }) });
  await expect(first.deliver(messages)).rejects.toMatchObject({ code: 'mail-claimed' });
  expect(first.letters).toEqual([]);
  expect(await rows()).toEqual({ claimed: 3 });
  const second = await harness.run(sendNotification, { mailer: connect({}) });
  await expect(second.deliver(messages)).rejects.toMatchObject({ code: 'mail-claimed' });
  await vi.waitFor(async () => expect(await counts()).toEqual({ count: 3, distinct: 3 }), 5000);

  await harness.pool.query(`update notification.mails set claimed_at = now() - interval '16 seconds'`);
  await second.deliver(messages);
  expect(await counts()).toEqual({ count: 3, distinct: 3 });
  expect(await rows()).toEqual({ sent: 3 });
});
