import { gateways } from '../../gateways/index.ts';
import { tasks, workers } from '../../workers/index.ts';

/** All gateways: each process of them serves every path. */
export const gatewayParts: readonly string[] = gateways.map(({ name }) => name);
/** Everything that works behind them. */
export const backParts: readonly string[] = ['relay', ...[...workers, ...tasks].map(({ name }) => name)];
