import type { Size } from './parts.ts';
import type { Environment, Region } from './schema.ts';

/** What the region's own data systems ask for together; a managed one asks for nothing of the cluster. */
export function dataRequestsOf({
  database,
  kafka,
  mongo,
  redis,
}: Pick<Region, 'database' | 'kafka' | 'mongo' | 'redis'>): Size {
  const parts: (readonly [number, Size])[] = [[redis.shards * redis.nodesPerShard, redis.node]];
  if (database.kind === 'citus') {
    parts.push([(database.coordinators + database.workers) * database.instancesPerNode, database.node]);
  }
  if (database.kind === 'sharded') {
    parts.push([database.shards * database.instancesPerShard, database.node]);
    parts.push([database.shards * database.pooler.replicas, database.pooler.node]);
    parts.push([database.router.replicas, database.router.node]);
  }
  if (kafka.kind === 'strimzi') {
    parts.push([kafka.brokers, kafka.broker], [kafka.controllers, kafka.controller]);
  }
  if (kafka.kind !== 'confluent-cloud') parts.push([kafka.mirror.replicas, kafka.mirror.node]);
  if (mongo.kind === 'percona') {
    parts.push([mongo.shards * mongo.replicas, mongo.node], [mongo.configServers, mongo.configServer]);
    parts.push([mongo.routers, mongo.router]);
  }
  return {
    cpu: parts.reduce((total, [count, { cpu }]) => total + count * cpu, 0),
    memoryGiB: parts.reduce((total, [count, { memoryGiB }]) => total + count * memoryGiB, 0),
  };
}

/** What Kong asks for when it is scaled out, with the Redis of its limits, and what other regions come in by. */
export function gatewayRequestsOf({ apiGateway, eastWest }: Pick<Region, 'apiGateway' | 'eastWest'>): Size {
  const { replicas, node, limits } = apiGateway;
  const parts: readonly (readonly [number, Size])[] = [
    [replicas.max, node],
    [limits.nodes, limits.node],
    ...(eastWest === null ? [] : [[eastWest.replicas, eastWest.node] as const]),
  ];
  return {
    cpu: parts.reduce((total, [count, { cpu }]) => total + count * cpu, 0),
    memoryGiB: parts.reduce((total, [count, { memoryGiB }]) => total + count * memoryGiB, 0),
  };
}

/** What keeps logs, traces and metrics, beside the data systems. */
export function observabilityRequestsOf({ observability }: Pick<Environment, 'observability'>): Size {
  const { elasticsearch, prometheus } = observability;
  return {
    cpu: elasticsearch.nodes * elasticsearch.node.cpu + prometheus.node.cpu,
    memoryGiB: elasticsearch.nodes * elasticsearch.node.memoryGiB + prometheus.node.memoryGiB,
  };
}
