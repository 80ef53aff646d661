import type { AnyGateway, GatewayContext } from '../platform/gateway.ts';
import { createGatewayApp } from '../platform/http/gateway-app.ts';
import type { Logger } from '../platform/logger.ts';
import type { SharedPorts } from '../platform/ports/index.ts';
import type { Transactions } from '../platform/ports/transactions.ts';
import { sharedOf } from '../platform/resources.ts';
import type { WorkerTools } from '../platform/worker.ts';
import type { ConfigurationValues } from './configuration.ts';

export type HttpAppOptions = {
  readonly ports: SharedPorts;
  readonly transactions: Transactions;
  readonly values: ConfigurationValues;
  readonly logger: Logger;
  readonly tools: WorkerTools;
  readonly isReady: () => boolean;
};

/** The gateways of this process on one app, each with the ports that it named. */
export function createHttpApp(
  gateways: readonly AnyGateway[],
  options: HttpAppOptions,
): { readonly fetch: (request: Request) => Response | Promise<Response> } {
  const { ports, transactions, values, logger, tools, isReady } = options;
  const contextOf = ({ needs }: AnyGateway): GatewayContext<never> => ({
    ...sharedOf(ports, needs),
    ...tools,
    transaction: (service, work) => transactions.run(service, work),
    now: () => new Date(),
    report: (error, message) => logger.warn({ err: error }, message),
    admission: { oldestOutboxMs: values.ADMISSION_OUTBOX_MS, openOrders: values.ADMISSION_OPEN_ORDERS },
  });
  return createGatewayApp(gateways, contextOf, {
    tokens: ports.tokens,
    logger,
    secret: values.AUTH_SECRET,
    ready: isReady,
  });
}
