import { Cluster } from 'ioredis';

export type RedisAccess = {
  readonly password?: string;
  /** The authority (PEM) of the servers' certificates; plain text without. */
  readonly tlsCa?: string;
};

export type RedisOptions = RedisAccess & {
  /** A node or the whole cluster is away; ioredis reconnects by itself. At most one call a second. */
  readonly onError: (error: unknown) => void;
};

/** A client of the cluster that these nodes (`host:port`) belong to. It connects by itself, whether or not Redis is there yet. */
export function connectRedis(nodes: readonly string[], { onError, password, tlsCa }: RedisOptions): Cluster {
  const cluster = new Cluster(
    nodes.map((node) => {
      const at = node.lastIndexOf(':');
      return { host: node.slice(0, at), port: Number(node.slice(at + 1)) };
    }),
    {
      // A failover takes 3.5 s here; with these a command outlives it, and no error reaches the caller.
      maxRedirections: 100,
      retryDelayOnMoved: 100,
      retryDelayOnFailover: 100,
      retryDelayOnClusterDown: 100,
      slotsRefreshInterval: 5000,
      slotsRefreshTimeout: 1000,
      clusterRetryStrategy: (times) => Math.min(100 + times * 50, 2000),
      redisOptions: {
        maxRetriesPerRequest: 20,
        connectTimeout: 2000,
        keepAlive: 10_000,
        ...(password === undefined ? {} : { password }),
        ...(tlsCa === undefined ? {} : { tls: { ca: tlsCa } }),
      },
      // By name, so that a server's certificate can be checked: ioredis would ask for addresses first.
      ...(tlsCa === undefined ? {} : { dnsLookup: (host, found) => found(null, host) }),
    },
  );
  const report = atMostEvery(1000, onError);
  cluster.on('error', report);
  cluster.on('node error', report);
  return cluster;
}

/** Ends the connections, in order where Redis answers. */
export async function closeRedis(cluster: Cluster): Promise<void> {
  try {
    if (cluster.status === 'ready') await cluster.quit();
  } finally {
    cluster.disconnect();
  }
}

/** Keeps a storm of errors from becoming a storm of log lines: the first of each period is reported, the others are left out. */
export function atMostEvery(periodMs: number, report: (error: unknown) => void): (error: unknown) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (error) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < periodMs) return;
    lastMs = nowMs;
    report(error);
  };
}
