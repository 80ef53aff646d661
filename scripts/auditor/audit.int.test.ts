import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { topics } from '../../contracts/topics.ts';
import { localEnvironmentVariables, localStack } from '../../environments/local.ts';
import { startServer, startStack, stopServer, stopStack } from '../stack/index.ts';
import { audit, invariants, type AuditOptions, type AuditReport, type AuditSources } from './index.ts';
import { damagesOfBooks } from './testing/damages-of-books.ts';
import { damagesOfStreams } from './testing/damages-of-streams.ts';
import { openHealthyWorld, type HealthyWorld } from './testing/healthy-world.ts';
import { publishDeadLetter, publishOrderEvent } from './testing/messages.ts';
import { openTestWorld } from './testing/world.ts';

const stack = localStack('test', 5000);
const damages = [...damagesOfBooks, ...damagesOfStreams];

let owned = false;
let world: HealthyWorld;

beforeAll(async () => {
  const names = Object.values(topics).map(({ name }) => name);
  ({ owned } = await startStack(stack, { reuse: true, topics: names }));
  world = await openHealthyWorld(stack);
}, 180_000);

afterAll(async () => {
  await world?.close();
  if (owned) await stopStack(stack);
}, 60_000);

const namesOf = (report: AuditReport, outcome: string): string[] =>
  report.invariants.flatMap((own) => (own.outcome === outcome ? [own.name] : [])).toSorted();
const examplesOf = (report: AuditReport, name: string): readonly string[] =>
  report.invariants.find((own) => own.name === name)?.examples ?? [];
const consumerOf = (report: AuditReport, name: string) =>
  report.consumers.find(({ consumer }) => consumer === name);
const check = (sources: AuditSources, options: AuditOptions = {}): Promise<AuditReport> =>
  audit(sources, {
    settleMs: 0,
    acknowledged: Object.values(world.ids).map((orderId) => ({ orderId })),
    ...options,
  });

test('a healthy world is clean, order by order as well, and every invariant saw something', async ({
  onTestFinished,
}) => {
  const logFile = join(world.folder, 'clean.log');
  writeFileSync(
    logFile,
    'epoch 1795573237084, offset 4111111111111112, <ord_use_1.OrderShipped@mail.example>\n',
  );
  const sources = await world.copy(onTestFinished, { logFiles: [logFile] });
  const report = await check(sources);
  expect(namesOf(report, 'violated')).toEqual([]);
  expect(report).toMatchObject({ verdict: 'clean', orders: 6, unsettled: [], away: [], notes: [] });
  expect(report.invariants.filter(({ checked }) => checked === 0)).toEqual([]);
  expect(report.consumers).toHaveLength(11);
  for (const { produced, processed } of report.consumers) expect(processed).toBe(produced);

  const byOne = await check(sources, { pageSize: 1 });
  expect(byOne.invariants).toEqual(report.invariants);
});

describe.concurrent('what is broken is named', () => {
  test.for(damages)('$invariant: $example', async (damage, { onTestFinished, expect: expectHere }) => {
    const sources = await world.copy(onTestFinished, await damage.options?.(world, onTestFinished));
    const orderId = damage.order && world.ids[damage.order];
    for (const statement of damage.sql ?? [])
      await sources.postgres.query(statement, statement.includes('$1') ? [orderId] : []);
    await damage.more?.(sources, world.ids);
    const report = await check(sources);
    expectHere(namesOf(report, 'violated')).toEqual([damage.invariant, ...(damage.also ?? [])].toSorted());
    expectHere(report.verdict).toBe('violations');
    const [example] = examplesOf(report, damage.invariant);
    expectHere(example).toContain(damage.example);
    expectHere(example).toContain(orderId ?? '');
  });
});

test('an acknowledged order without a stream, or with another total, is named', async ({
  onTestFinished,
}) => {
  const sources = await world.copy(onTestFinished);
  const { shipped } = world.ids;
  const report = await check(sources, {
    acknowledged: [{ orderId: shipped, totalMinor: 2999 }, { orderId: 'ord_nobody' }],
  });
  expect(namesOf(report, 'violated')).toEqual(['acknowledged-orders']);
  expect(examplesOf(report, 'acknowledged-orders')).toEqual([
    `${shipped}: acknowledged with 2999, stored with 3000`,
    'ord_nobody: acknowledged, and has no stream',
  ]);
});

test('what follows from an event younger than the audit is pending, not lost', async ({ onTestFinished }) => {
  const sources = await world.copy(onTestFinished);
  await sources.postgres.query('delete from analytics.inbox where event_id like $1', [
    `${world.ids.shipped}/%`,
  ]);
  expect(consumerOf(await check(sources), 'aggregate-analytics')).toMatchObject({ pending: 0, lost: 1 });
  await sources.postgres.query(
    `update orders.events set recorded_at = now() + interval '1 hour' where stream_id = $1`,
    [world.ids.shipped],
  );
  const report = await check(sources);
  expect(namesOf(report, 'violated')).toEqual(['sales-recompute']);
  expect(consumerOf(report, 'aggregate-analytics')).toMatchObject({ pending: 1, lost: 0 });
});

test('what the inbox has forgotten counts as handled, with its sales', async ({ onTestFinished }) => {
  const sources = await world.copy(onTestFinished);
  const { shipped } = world.ids;
  for (const inbox of ['analytics.inbox', 'recommendation.inbox'])
    await sources.postgres.query(`delete from ${inbox} where event_id like $1`, [`${shipped}/%`]);
  for (const table of ['orders.events', 'payment.events', 'shipping.events'])
    await sources.postgres.query(
      `update ${table} set recorded_at = recorded_at - interval '80 days' where stream_id = $1`,
      [shipped],
    );
  // Neither is one that is about to be forgotten a row without an event.
  await sources.postgres.query(`update analytics.inbox set handled_at = now() - interval '74.5 days'
    where event_id = (select max(event_id) from analytics.inbox)`);
  await sources.postgres.query(`update orders.events set recorded_at = recorded_at - interval '80 days'`);
  const report = await check(sources);
  expect(namesOf(report, 'violated')).toEqual([]);
  for (const consumer of ['aggregate-analytics', 'learn-copurchases'])
    expect(consumerOf(report, consumer)).toMatchObject({ lost: 0, pending: 0 });
});

test('an outbox that nobody empties is reported as not settled', async ({ onTestFinished }) => {
  const sources = await world.copy(onTestFinished);
  await sources.postgres.query(
    `insert into audit.outbox (bucket, topic, key, type, event_id, payload, occurred_at)
     values (0, 'audit-events', 'k', 'AuditRecorded', 'e', '{}', now())`,
  );
  const startedMs = performance.now();
  const report = await check(sources, { settleMs: 600 });
  expect(performance.now() - startedMs).toBeGreaterThan(600);
  expect(report.unsettled).toEqual(['audit.outbox: rows: 1']);
});

test('as the job of a region: clean of what it can read, and it says what it left out', async ({
  onTestFinished,
}) => {
  const sources = await world.copy(onTestFinished);
  const local = localEnvironmentVariables(stack);
  const variables = {
    REGION: stack.region,
    PARTITIONS: String(stack.partitions),
    POSTGRES_URL: sources.postgres.options.connectionString ?? '',
    KAFKA_BROKERS: local['KAFKA_BROKERS'] ?? '',
    MONGO_URL: `mongodb://${stack.host}:${stack.ports.mongo}/${sources.mongo.databaseName}?directConnection=true`,
  };
  const run = async (more: Readonly<Record<string, string>> = {}) => {
    const { exitCode, stdout } = await execa(
      process.execPath,
      ['scripts/audit-region.ts', '--environment=test', '--json', '--settle-ms=0'],
      { env: { ...variables, ...more }, extendEnv: false, reject: false },
    );
    return { exitCode, report: JSON.parse(stdout) as AuditReport };
  };
  const ofAll = await run();
  expect(namesOf(ofAll.report, 'violated')).toEqual([]);
  expect(ofAll).toMatchObject({
    exitCode: 0,
    report: {
      verdict: 'clean',
      environment: 'test',
      region: stack.region,
      orders: 6,
      away: [],
      notes: [],
      leftOut: ['provider', 'mails', 'logs'],
    },
  });
  const needing = invariants.filter(({ needs }) =>
    needs.some((source) => ofAll.report.leftOut.includes(source)),
  );
  expect(namesOf(ofAll.report, 'left-out')).toEqual(needing.map(({ name }) => name).toSorted());
  const books = { PAYMENT_PROVIDER_URL: sources.providerUrl, SMTP_SINK_URL: sources.mailsUrl };
  expect((await run(books)).report).toMatchObject({ verdict: 'clean', leftOut: ['logs'] });
  expect(await run({ POSTGRES_URL: 'postgres://nobody@127.0.0.1:1/none' })).toMatchObject({
    exitCode: 3,
    report: { verdict: 'could-not-check' },
  });
  await sources.postgres.query('delete from fraud.scores where order_id = $1', [world.ids.shipped]);
  const broken = await run();
  expect([broken.exitCode, broken.report.verdict]).toEqual([1, 'violations']);
});

test('with MongoDB away nothing is clean: its invariants are not checked, all others are', async ({
  onTestFinished,
}) => {
  const sources = await world.copy(onTestFinished);
  await stopServer(stack, 'mongo');
  onTestFinished(() => startServer(stack, 'mongo'));
  const report = await check(sources);
  expect(report.verdict).toBe('could-not-check');
  expect(report.away.map(({ source }) => source)).toEqual(['mongo']);
  const ofMongo = invariants.filter(({ needs }) => needs.includes('mongo')).map(({ name }) => name);
  expect(namesOf(report, 'not-checked')).toEqual(ofMongo.toSorted());
  expect(consumerOf(report, 'reserve-stock')).toMatchObject({ lost: 0 });
});

test('with PostgreSQL away nothing is checked', async ({ onTestFinished }) => {
  const sources = await world.copy(onTestFinished, { postgresUrl: 'postgres://nobody@127.0.0.1:1/none' });
  const report = await check(sources);
  expect(report.verdict).toBe('could-not-check');
  expect(report.away.map(({ source }) => source)).toEqual(['postgres']);
});

// From here on the topics hold what the database does not.
test('a dead letter accounts for its event', async ({ onTestFinished }) => {
  const sources = await world.copy(onTestFinished);
  const { declined } = world.ids;
  await sources.postgres.query('delete from fraud.scores where order_id = $1', [declined]);
  expect(consumerOf(await check(sources), 'score-order')).toMatchObject({ dead: 0, lost: 1 });
  await publishDeadLetter(sources, 'score-order', `${declined}/1`);
  const report = await check(sources);
  expect(consumerOf(report, 'score-order')).toMatchObject({ dead: 1, lost: 0 });
  expect(namesOf(report, 'violated')).toEqual(['published-is-stored']);
});

test('what is not on its topic, or in another order, is named', async ({ onTestFinished }) => {
  const mongoDatabase = await world.copyMongo(onTestFinished);
  const sources = await world.copy(onTestFinished, { mongoDatabase });
  const lossy = await openTestWorld({
    sources,
    smtpPort: world.smtpPort,
    isLost: ({ topic, type }) =>
      topic === topics.orderEvents.name && (type === 'OrderPaid' || type === 'OrderPlaced'),
  });
  const orderId = await lossy.place('lost');
  await lossy.close();
  await publishOrderEvent(sources, orderId, 1, 'OrderPlaced');
  const report = await check(sources);
  expect(namesOf(report, 'violated')).toEqual(['events-published']);
  expect(examplesOf(report, 'events-published')).toEqual([
    `${orderId}: order-events: a later version came first`,
    `${orderId}: order-events: version 4 is missing`,
  ]);
});

test('each invariant has been seen to fail', () => {
  const broken = [...damages.map(({ invariant }) => invariant), 'acknowledged-orders', 'events-published'];
  expect([...new Set(broken)].toSorted()).toEqual(invariants.map(({ name }) => name).toSorted());
});
