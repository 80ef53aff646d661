import { randomUUID } from 'node:crypto';
import { runRelay } from '../adapters/postgres/outbox.ts';
import { createDoorbell } from '../platform/doorbell.ts';
import type { Heartbeats } from '../platform/heartbeats.ts';
import type { Logger } from '../platform/logger.ts';
import type { SharedPorts } from '../platform/ports/index.ts';
import { createRelayPace, type OutboxService } from '../platform/relay.ts';
import { counter } from '../platform/telemetry.ts';
import type { ConfigurationValues } from './configuration.ts';
import type { Connections } from './connections.ts';

const published = counter('meridian_relay_published', 'Messages published from an outbox');

export type RelaysOptions = {
  readonly connections: Connections;
  readonly ports: SharedPorts;
  readonly values: ConfigurationValues;
  readonly logger: Logger;
  readonly heartbeats: Heartbeats;
  /** Ends the relays: what is being published is finished, the leases are given back. */
  readonly signal: AbortSignal;
};

/** One relay for each service; they differ in nothing but the schema. Resolves when all have ended. */
export async function runRelays(services: readonly OutboxService[], options: RelaysOptions): Promise<void> {
  const { connections, ports, values, logger, heartbeats, signal } = options;
  const buckets = Array.from({ length: values.PARTITIONS }, (_, bucket) => bucket);
  const owner = randomUUID();
  await Promise.all(
    services.map(async (schema) => {
      const work = heartbeats.begin(`relay ${schema}`);
      const doorbell = createDoorbell(ports.wake, schema);
      await runRelay(
        connections.pool,
        {
          schema,
          buckets,
          owner,
          leaseMs: 3000,
          // The wake is a hint that may be lost: this is how late a message can be then.
          idleMs: 250,
          paceMs: createRelayPace(schema),
          waitForWork: (waiting) => doorbell.wait(waiting),
          publish: async (rows) => {
            await connections.bus.publishRows(rows, work.beat);
            published.add(rows.length, { service: schema });
          },
          onError: (error) =>
            logger.warn({ err: error, service: schema }, 'the relay failed and tries again'),
          beat: work.beat,
        },
        signal,
      );
      doorbell.close();
      work.end();
    }),
  );
}
