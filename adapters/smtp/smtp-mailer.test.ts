import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { mailerContract } from './mailer.contract.ts';
import { startMailSink } from './sink.ts';
import { createSmtpMailer } from './smtp-mailer.ts';

const connect = (to: { smtpPort: number; apiUrl: string }) =>
  createSmtpMailer({ host: '127.0.0.1', port: to.smtpPort, apiUrl: to.apiUrl, from: 'shop@meridian.test' });

const start = async (memoryLimit?: number) => {
  const folder = await mkdtemp(join(tmpdir(), 'mails-'));
  const launch = () =>
    startMailSink({ folder, smtpPort: 0, apiPort: 0, ...(memoryLimit !== undefined && { memoryLimit }) });
  let sink = await launch();
  let mailer = connect(sink);
  const ask = async (path: string): Promise<unknown> => (await fetch(sink.apiUrl + path)).json();
  return {
    get mailer() {
      return mailer;
    },
    refused: 'refused@example.com',
    busy: 'busy@example.com',
    copies: async (messageId: string) => {
      const found = (await ask(`/mails?messageId=${messageId}`)) as { mails: { copies: number }[] };
      return found.mails[0]?.copies ?? 0;
    },
    counts: () => ask('/mails/count'),
    file: () => readFile(join(folder, 'mails.jsonl'), 'utf8'),
    stopSink: () => sink.close(),
    async restart() {
      await mailer.close();
      await sink.close();
      sink = await launch();
      mailer = connect(sink);
    },
    async close() {
      await mailer.close();
      await sink.close().catch(() => undefined);
      await rm(folder, { recursive: true });
    },
  };
};

mailerContract('SMTP with the sink', start);

const mail = (messageId: string) => {
  return { messageId, to: 'ada@example.com', subject: 'Paid', text: 'Thanks' };
};

describe('the sink', () => {
  let world: Awaited<ReturnType<typeof start>>;
  afterEach(() => world.close());

  test('counts a mail that comes twice, and keeps it whole over a restart', async () => {
    world = await start();
    await world.mailer.send([mail('a@m'), mail('b@m')]);
    await world.mailer.send([mail('a@m')]);
    await world.restart();
    expect(await world.copies('a@m')).toBe(2);
    expect(await world.counts()).toEqual({ count: 3, distinct: 2 });
    expect(await world.file()).toContain('Thanks');
  });

  test('forgets the oldest ids above its limit', async () => {
    world = await start(2);
    for (const id of ['a@m', 'b@m', 'c@m']) await world.mailer.send([mail(id)]);
    expect(await world.mailer.accepted(['a@m', 'b@m', 'c@m'])).toEqual(new Set(['b@m', 'c@m']));
    expect(await world.counts()).toEqual({ count: 3, distinct: 2 });
  });

  test('that is gone makes both calls transient', async () => {
    world = await start();
    await world.stopSink();
    await expect(world.mailer.send([mail('a@m')])).rejects.toMatchObject({ code: 'mail-not-taken' });
    await expect(world.mailer.accepted(['a@m'])).rejects.toMatchObject({ code: 'mail-server-unreachable' });
  });
});
