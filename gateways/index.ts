import type { AnyGateway } from '../platform/gateway.ts';
import { inventory } from './inventory.ts';
import { order } from './order/index.ts';
import { payment } from './payment.ts';
import { product } from './product.ts';
import { shipping } from './shipping.ts';
import { user } from './user.ts';

export const gateways: readonly AnyGateway[] = [user, product, order, inventory, payment, shipping];
