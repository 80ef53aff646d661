import type { AnyGateway } from '../platform/gateway.ts';
import { analytics } from './analytics.ts';
import { fraud } from './fraud.ts';
import { inventory } from './inventory.ts';
import { notification } from './notification.ts';
import { order } from './order/index.ts';
import { payment } from './payment.ts';
import { product } from './product.ts';
import { recommendation } from './recommendation.ts';
import { shipping } from './shipping.ts';
import { user } from './user.ts';

/** The HTTP side of each of the ten services. */
export const gateways: readonly AnyGateway[] = [
  user,
  product,
  order,
  inventory,
  payment,
  shipping,
  notification,
  analytics,
  fraud,
  recommendation,
];
