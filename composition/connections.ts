import { createBus, type Bus } from '../adapters/kafka/bus.ts';
import { connectMongo, type MongoConnection } from '../adapters/mongo/connect.ts';
import { createPool } from '../adapters/postgres/pool.ts';
import { closeRedis, connectRedis } from '../adapters/redis/cluster.ts';
import type { Logger } from '../platform/logger.ts';
import { readKafkaLogin, readKafkaTls } from './kafka-tls.ts';
import { readRedisAccess } from './redis-access.ts';
import type { ConfigurationValues, ProcessConfiguration } from './configuration.ts';

type Pool = ReturnType<typeof createPool>;
type Redis = ReturnType<typeof connectRedis>;

/** The connections of one process, each made when it is first asked for and only to the systems that it needs. */
export type Connections = {
  readonly pool: Pool;
  readonly bus: Bus;
  readonly redis: Redis;
  readonly mongo: MongoConnection;
  /** For readiness: one check a system that was connected to. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
  close(): Promise<void>;
};

export type ConnectionEvents = {
  readonly clientId: string;
  readonly logger: Logger;
  readonly onConsumerLost: (group: string, error: unknown) => void;
};

export function createConnections(
  { systems, values }: ProcessConfiguration,
  events: ConnectionEvents,
): Connections {
  const { logger } = events;
  const pool = lazy(() =>
    createPool({
      url: values.POSTGRES_URL,
      maxConnections: values.POSTGRES_POOL,
      prepared: values.POSTGRES_PREPARED === 'on',
      byBucket: values.POSTGRES_BY_BUCKET === 'on',
      onConnectionError: (error) => logger.warn({ err: error, system: 'postgres' }, 'a connection broke'),
    }),
  );
  // Read at once: a wrong path is a wrong configuration, not a system that is away.
  const tls = systems.has('kafka') ? readKafkaTls(values) : undefined;
  const login = systems.has('kafka') ? readKafkaLogin(values) : undefined;
  const redisAccess = systems.has('redis') ? readRedisAccess(values) : {};
  const bus = lazy(() =>
    createBus({
      ...busSettings(values, events),
      ...(tls === undefined ? {} : { tls }),
      ...(login === undefined ? {} : { login }),
    }),
  );
  const redis = lazy(() =>
    connectRedis(values.REDIS_NODES, {
      ...redisAccess,
      onError: (error) => logger.warn({ err: error, system: 'redis' }, 'a connection broke'),
    }),
  );
  const mongo = lazy(() => connectMongo(values.MONGO_URL));
  const checks = {
    ...(systems.has('postgres') && { postgres: async () => void (await pool().query('select 1')) }),
    ...(systems.has('kafka') && { kafka: () => bus().check() }),
  };
  return {
    get pool() {
      return pool();
    },
    get bus() {
      return bus();
    },
    get redis() {
      return redis();
    },
    get mongo() {
      return mongo();
    },
    checks,
    async close() {
      await Promise.allSettled([bus.made?.close(), mongo.made?.close()]);
      await Promise.allSettled([redis.made && closeRedis(redis.made), pool.made?.end()]);
    },
  };
}

function busSettings(values: ConfigurationValues, { clientId, logger, onConsumerLost }: ConnectionEvents) {
  return {
    brokers: values.KAFKA_BROKERS,
    clientId,
    source: `/meridian/${values.REGION}`,
    compress: values.KAFKA_COMPRESSION === 'lz4',
    log: (level: 'debug' | 'info' | 'warn' | 'error', fields: object, message: string) =>
      logger[level](fields, message),
    onConsumerLost,
  };
}

type Lazy<Value> = { (): Value; made: Value | undefined };

function lazy<Value>(make: () => Value): Lazy<Value> {
  const get: Lazy<Value> = Object.assign(() => (get.made ??= make()), {
    made: undefined as Value | undefined,
  });
  return get;
}
