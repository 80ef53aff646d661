import { defineGateway } from '../../platform/gateway.ts';
import { createOrderWaiter } from '../../platform/http/order-waiter.ts';
import { cartRoutes, quoteRoute } from './cart.ts';
import { orderNeeds, type OrderTools } from './context.ts';
import { orderEventsRoute } from './event-stream.ts';
import { operationsRoutes } from './operations.ts';
import { placeOrderRoute } from './place-order.ts';
import { createProductCache } from './product-cache.ts';
import { cancelOrderRoute, listOrdersRoute, readOrderRoute } from './read-orders.ts';

export const order = defineGateway({
  name: 'order',
  service: 'orders',
  needs: orderNeeds,
  scale: { min: 16, max: 40 },
  routes(app, context) {
    const { orders, wake, partitions, signal } = context;
    const tools: OrderTools = {
      context,
      products: createProductCache(context.catalogue),
      waiter: createOrderWaiter({
        orders,
        wake,
        partitions,
        signal,
        onError: (error) =>
          app.logger.warn(
            { error: error instanceof Error ? error.name : 'unknown' },
            'could not look after orders',
          ),
      }),
    };
    cartRoutes(app, tools);
    quoteRoute(app, tools);
    placeOrderRoute(app, tools);
    listOrdersRoute(app, tools);
    readOrderRoute(app, tools);
    cancelOrderRoute(app, tools);
    orderEventsRoute(app, tools);
    operationsRoutes(app, tools);
  },
});
