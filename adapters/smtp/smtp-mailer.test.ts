import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { mailerContract } from './mailer.contract.ts';
import { startMailSink } from './sink.ts';
import { createSmtpMailer, type SmtpMailerOptions } from './smtp-mailer.ts';

const start = async (memoryLimit?: number, limits: Partial<SmtpMailerOptions> = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'mails-'));
  const connect = ({ smtpPort: port, apiUrl }: { smtpPort: number; apiUrl: string }) =>
    createSmtpMailer({ host: '127.0.0.1', port, apiUrl, from: 'shop@meridian.test', ...limits });
  const launch = (smtpPort = 0, apiPort = 0) =>
    startMailSink({ folder, smtpPort, apiPort, ...(memoryLimit !== undefined && { memoryLimit }) });
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
    async startSink() {
      sink = await launch(sink.smtpPort, Number(new URL(sink.apiUrl).port));
    },
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

describe('the breaker', () => {
  let world: Awaited<ReturnType<typeof start>>;
  afterEach(() => world.close());

  test('opens when the server is away, names when to come back, and closes again', async () => {
    world = await start(undefined, { volumeThreshold: 4, resetTimeoutMs: 100 });
    await world.stopSink();
    const mails = Array.from({ length: 40 }, (_, index) => mail(`${index}@m`));
    await expect(world.mailer.send(mails)).rejects.toMatchObject({
      name: 'TransientError',
      code: 'smtp-breaker-open',
      details: { failed: mails.map(({ messageId }) => messageId), retryAfterMs: expect.any(Number) },
    });
    await world.startSink();
    await vi.waitFor(() => world.mailer.send([mail('last@m')]), 5000);
    expect(await world.mailer.accepted(['last@m'])).toEqual(new Set(['last@m']));
  });

  test('stays closed however many addresses are refused', async () => {
    world = await start(undefined, { volumeThreshold: 1 });
    const refused = Array.from({ length: 30 }, (_, index) => ({ ...mail(`${index}@m`), to: world.refused }));
    await expect(world.mailer.send(refused)).rejects.toMatchObject({ code: 'mail-refused' });
    await world.mailer.send([mail('good@m')]);
    expect(await world.copies('good@m')).toBe(1);
  });
});
