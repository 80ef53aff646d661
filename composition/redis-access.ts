import type { RedisAccess } from '../adapters/redis/cluster.ts';
import type { ConfigurationValues } from './configuration.ts';
import { readFiles } from './secret-files.ts';

/**
 * How a process shows Redis who it is, and knows that it speaks to Redis; each only where the configuration says so.
 * @throws ConfigError when the authority's file cannot be read.
 */
export function readRedisAccess(values: Partial<ConfigurationValues>): RedisAccess {
  const { REDIS_PASSWORD: password, REDIS_TLS_CA_FILE: caFile } = values;
  return {
    ...(password === undefined ? {} : { password }),
    ...(caFile === undefined ? {} : { tlsCa: readFiles(values, ['REDIS_TLS_CA_FILE']).REDIS_TLS_CA_FILE }),
  };
}
