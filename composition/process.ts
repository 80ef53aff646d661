import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasMigration, neededMigration } from '../adapters/postgres/needed-schema.ts';
import { createTransactions } from '../adapters/postgres/transactions.ts';
import { createLogger } from '../adapters/telemetry/logger.ts';
import { startTelemetry } from '../adapters/telemetry/sdk.ts';
import type { AnyGateway } from '../platform/gateway.ts';
import { createHealth } from '../platform/health.ts';
import { createHeartbeats, hungAfterMs } from '../platform/heartbeats.ts';
import type { Consumption } from '../platform/ports/messages.ts';
import type { Service } from '../platform/ports/transactions.ts';
import type { OutboxService } from '../platform/relay.ts';
import { alwaysNeeded, type SystemName } from '../platform/resources.ts';
import { runTask } from '../platform/run-task.ts';
import { runWorker } from '../platform/run-worker.ts';
import type { AnyWorker, TaskDefinition } from '../platform/worker.ts';
import { schemaIsThere } from './await-schema.ts';
import { readProcessConfiguration } from './configuration.ts';
import { createConnections } from './connections.ts';
import { createHttpApp } from './http-app.ts';
import { listen, type HttpServer } from './http-server.ts';
import { runRelays } from './relays.ts';
import { createSharedPorts } from './shared-ports.ts';

export type ProcessParts = {
  readonly gateways: readonly AnyGateway[];
  readonly workers: readonly AnyWorker[];
  // `any`: the context's type differs from task to task.
  readonly tasks: readonly TaskDefinition<any>[];
  readonly relays: readonly OutboxService[];
};

/** Longest time to finish what is under way after SIGTERM, and to say goodbye to all systems, in ms; Kubernetes kills after 30 s. */
const drainMs = 15_000;
const giveUpMs = 20_000;
/** How long a schema that is too old is waited for, in ms; a database that is away is waited for like any other system. */
const schemaMs = 60_000;

/**
 * Runs gateways, workers, tasks and relays in this process until SIGTERM or SIGINT; then requests and batches under way are
 * finished, and connections closed, as far as there is time: the caller ends the process. @throws ConfigError before
 * anything was connected to.
 */
export async function runProcess(
  parts: ProcessParts,
  variables: Readonly<Record<string, string | undefined>>,
  options: { readonly hungAfterMs?: number; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { gateways, workers, tasks, relays } = parts;
  const needs = [...gateways, ...workers, ...tasks].flatMap((part) => part.needs);
  const configuration = readProcessConfiguration(
    needs,
    systemsOfParts(parts),
    gateways.length > 0,
    variables,
  );
  const { values } = configuration;
  const service = nameOf(parts);
  const telemetry = startTelemetry({
    service,
    region: values.REGION,
    sampleRatio: values.TRACE_SAMPLE_RATIO,
    ...(values.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
      ? {}
      : { otlpUrl: values.OTEL_EXPORTER_OTLP_ENDPOINT }),
  });
  const logger = createLogger({ level: values.LOG_LEVEL, service, region: values.REGION });
  const draining = new AbortController();
  const stopping = new AbortController();
  const end = (reason: string): void => {
    if (draining.signal.aborted) return;
    logger.info({ reason }, 'draining');
    draining.abort();
  };
  const heartbeats = createHeartbeats(options.hungAfterMs ?? hungAfterMs);
  const onSignal = (signal: string): void => end(signal);
  options.signal?.addEventListener('abort', () => end('told to'));
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);

  let failed: unknown;
  const connections = createConnections(configuration, {
    clientId: service,
    logger,
    onConsumerLost(group, error) {
      failed = new Error('a consumer was lost');
      logger.error({ err: error, group }, 'a consumer ended and does not come back: the process ends');
      end('consumer lost');
    },
  });
  const { ports, close: closePorts } = createSharedPorts({
    values,
    connections,
    logger,
    signal: stopping.signal,
  });
  const transactions = createTransactions(connections.pool, {
    partitions: values.PARTITIONS,
    onOutbox: (written: Service, buckets: readonly number[]) =>
      ports.wake.notify({ service: written, buckets }),
  });
  let started = false;
  const isReady = (): boolean => started && !draining.signal.aborted;
  const health = createHealth({
    checks: connections.checks,
    isReady,
    metricsText: () => telemetry.metricsText(),
    // Who drains ends in time by itself, whatever hangs.
    hung: () => (draining.signal.aborted ? [] : heartbeats.hung()),
  });
  const { HOST: host, PORT, METRICS_PORT } = values;
  const servers: HttpServer[] = [await listen({ fetch: health.fetch, host, port: METRICS_PORT })];
  const tools = { region: values.REGION, partitions: values.PARTITIONS, signal: stopping.signal };

  // On an older schema a worker would take what PostgreSQL refuses for poison, and put good messages aside.
  await schemaIsThere({
    isThere: () => hasMigration(connections.pool, neededMigration),
    withinMs: schemaMs,
    countsAway: false,
    signal: draining.signal,
    onWait: (reason) => logger.warn({ reason }, 'waits for the schema'),
  }).catch((error: unknown) => {
    failed = error;
    logger.error({ err: error }, 'the database is not as this release needs it: the process ends');
    end('database of no use');
  });
  const relaying = runRelays(relays, {
    connections,
    ports,
    values,
    logger,
    heartbeats,
    signal: draining.signal,
  });
  const running: Consumption[] = [];
  const joining = Promise.all(
    (draining.signal.aborted ? [] : workers).map(async (worker) => {
      const oneBucketPerCall = values.POSTGRES_BY_BUCKET === 'on';
      const settings = { source: connections.bus, sink: connections.bus, transactions, shared: ports };
      running.push(await runWorker(worker, { ...settings, oneBucketPerCall, logger, heartbeats, tools }));
    }),
  );
  const drained = draining.signal.aborted ? Promise.resolve() : once(draining.signal, 'abort');
  // Whoever has to end while Kafka is away does not wait for it.
  await Promise.race([joining, drained]);
  const taskRuns = tasks.map((task) =>
    runTask(task, { shared: ports, transactions, tools, logger, heartbeats, signal: draining.signal }),
  );
  if (gateways.length > 0) {
    // Who waits for an order is answered as soon as the process drains: it can wait on at another one.
    const own = { ...tools, signal: draining.signal };
    const app = createHttpApp(gateways, { ports, transactions, values, logger, tools: own, isReady });
    servers.unshift(await listen({ fetch: app.fetch, host, port: PORT }));
  }
  started = true;
  logger.info({ parts: service }, 'ready');

  if (!draining.signal.aborted) await once(draining.signal, 'abort');
  const finish = async (): Promise<boolean> => {
    const hurry = setTimeout(() => stopping.abort(), drainMs);
    const http = servers.slice(0, -1);
    const metrics = servers.at(-1);
    await Promise.all(http.map((server) => server.close()));
    await Promise.allSettled([...running.map((consumption) => consumption.stop()), ...taskRuns]);
    await relaying;
    stopping.abort();
    clearTimeout(hurry);
    await closePorts();
    await connections.close();
    await metrics?.close();
    await telemetry.shutdown();
    return true;
  };
  // A system that is away can hold up a goodbye for longer than there is time; nothing is lost, only done again.
  if (!(await Promise.race([finish(), sleep(giveUpMs, false)])))
    logger.warn({ afterMs: giveUpMs }, 'not everything could be finished: whoever comes next does it again');
  process.off('SIGTERM', onSignal);
  process.off('SIGINT', onSignal);
  logger.info({}, 'ended');
  if (failed !== undefined) throw failed;
}

function systemsOfParts({ gateways, workers, tasks, relays }: ProcessParts): SystemName[] {
  return [
    ...(workers.length > 0 ? alwaysNeeded.worker : []),
    ...(tasks.length > 0 ? alwaysNeeded.task : []),
    ...(relays.length > 0 ? alwaysNeeded.relay : []),
    ...(gateways.length > 0 ? alwaysNeeded.gateway : []),
  ];
}

function nameOf({ gateways, workers, tasks, relays }: ProcessParts): string {
  const names = [...gateways, ...workers, ...tasks].map(({ name }) => name);
  if (relays.length > 0) names.unshift('relay');
  return names.length === 1 ? names[0]! : `${names[0] ?? 'nothing'}+${names.length - 1}`;
}
