import type { Logger } from '../../platform/logger.ts';

const nothing = (): void => undefined;

/** For tests and measurements that do not look at logs. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};
