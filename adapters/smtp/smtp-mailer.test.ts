import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect as connectTo, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { mailerContract } from './mailer.contract.ts';
import { startMailSink } from './sink.ts';
import { createSmtpMailer, type SmtpMailerOptions } from './smtp-mailer.ts';

/** As the platform's own: with this one a plain mail is written out by us. */
const from = 'Meridian <shop@meridian.test>';

const start = async (memoryLimit?: number, limits: Partial<SmtpMailerOptions> = {}, slowMs = 0) => {
  const folder = await mkdtemp(join(tmpdir(), 'mails-'));
  const connect = ({ smtpPort: port, apiUrl }: { smtpPort: number; apiUrl: string }) =>
    createSmtpMailer({ host: '127.0.0.1', port, apiUrl, from, ...limits });
  const launch = (smtpPort = 0, apiPort = 0) =>
    startMailSink({ folder, smtpPort, apiPort, slowMs, ...(memoryLimit !== undefined && { memoryLimit }) });
  let sink = await launch();
  let mailer = connect(sink);
  const ask = async (path: string): Promise<unknown> => (await fetch(sink.apiUrl + path)).json();
  return {
    get mailer() {
      return mailer;
    },
    get smtpPort() {
      return sink.smtpPort;
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

  test('has plain mails and others as they were, dots and all', async () => {
    world = await start();
    const text = '.\n..\nPaid.\n.';
    const subjects = { 'a@m': 'Your order', 'b@m': 'Größe 42' };
    for (const [id, subject] of Object.entries(subjects))
      await world.mailer.send([{ ...mail(id), subject, text }]);
    const kept = (await world.file()).trimEnd().split('\n');
    const bodies = kept.map((line) => (JSON.parse(line) as { source: string }).source.split('\r\n\r\n')[1]);
    expect(bodies.map((body) => body?.trimEnd())).toEqual(['.\r\n..\r\nPaid.\r\n.', '.\r\n..\r\nPaid.\r\n.']);
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

describe('a mail that is late', () => {
  let world: Awaited<ReturnType<typeof start>>;
  afterEach(() => world.close());

  test('is not handed to a slow server when it could be under way after the end', async () => {
    world = await start(undefined, { connections: 2, timeoutMs: 1000 }, 250);
    const mails = Array.from({ length: 20 }, (_, index) => mail(`${index}@m`));
    const endByMs = performance.now() + 1900;
    const endAt = Date.now() + 1900;
    const error = await world.mailer.send(mails, { endByMs }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'TransientError', code: 'claim-expiring' });
    const { details } = error as { details: Record<string, string[]> };
    expect(details['retryAfterMs']).toBeUndefined();
    expect(details['unanswered']).toEqual([]);
    const late = details['failed']!.length;
    expect(late).toBeGreaterThanOrEqual(10);
    expect(late).toBeLessThan(20);
    await sleep(600);
    expect(await world.counts()).toEqual({ count: 20 - late, distinct: 20 - late });
    const kept = (await world.file()).trimEnd().split('\n');
    for (const line of kept) expect(Date.parse((JSON.parse(line) as { at: string }).at)).toBeLessThan(endAt);
    await world.mailer.send(mails.filter(({ messageId }) => details['failed']!.includes(messageId)));
    expect(await world.counts()).toEqual({ count: 20, distinct: 20 });
  });

  test('is not tried while the end is near, and the breaker stays as it is', async () => {
    world = await start(undefined, { volumeThreshold: 1 });
    const mails = Array.from({ length: 30 }, (_, index) => mail(`${index}@m`));
    const endByMs = performance.now() + 2000;
    await expect(world.mailer.send(mails, { endByMs })).rejects.toMatchObject({ code: 'claim-expiring' });
    expect(await world.counts()).toEqual({ count: 0, distinct: 0 });
    await world.mailer.send(mails);
  });

  test('is named as unanswered where the server may take it yet', async () => {
    world = await start(undefined, { timeoutMs: 150 }, 400);
    await expect(world.mailer.send([mail('a@m')])).rejects.toMatchObject({
      code: 'mail-not-taken',
      details: { failed: ['a@m'], unanswered: ['a@m'] },
    });
    await vi.waitFor(async () => expect(await world.copies('a@m')).toBe(1), 2000);
  });

  test('is not sent behind the back of its sender, who was told that it failed', async () => {
    world = await start();
    const openAt = performance.now() + 300;
    const door = createServer((socket) => {
      if (performance.now() < openAt) return void socket.destroy();
      const behind = connectTo(world.smtpPort, '127.0.0.1');
      socket.pipe(behind).pipe(socket);
      for (const end of [socket, behind]) end.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(door, 'listening');
    const mailer = createSmtpMailer({
      host: '127.0.0.1',
      port: (door.address() as AddressInfo).port,
      apiUrl: 'http://127.0.0.1:1',
      from,
      timeoutMs: 150,
    });
    await expect(mailer.send([mail('a@m')])).rejects.toMatchObject({ name: 'TransientError' });
    await sleep(1500);
    expect(await world.counts()).toEqual({ count: 0, distinct: 0 });
    await mailer.close();
    door.close();
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
