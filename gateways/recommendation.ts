import { conditionalHeaders, skuParams } from '../contracts/http/parts.ts';
import { recommendations as resource, recommendationsQuery } from '../contracts/http/recommendations.ts';
import { defineGateway } from '../platform/gateway.ts';
import { conditional, contentTag } from '../platform/http/etags.ts';

/** For the edge and browsers: what goes together changes slowly. */
const cacheHeaders = { 'cache-control': 'public, max-age=60, stale-while-revalidate=600' };

export const recommendation = defineGateway({
  name: 'recommendation',
  service: 'recommendation',
  needs: ['recommendations'],
  scale: { min: 8, max: 20 },
  routes(app, { recommendations }) {
    app.route(
      {
        method: 'get',
        path: '/v1/products/{sku}/recommendations',
        summary: 'What others bought together with a product, the most frequent first',
        access: 'public',
        params: skuParams,
        query: recommendationsQuery,
        headers: conditionalHeaders,
        responses: {
          200: { description: 'The SKUs; none where nothing is known', schema: resource },
          304: { description: 'Not changed' },
        },
      },
      async ({ params: { sku }, query: { limit }, headers }) => {
        const found = await recommendations.boughtWith(sku, limit);
        const body = { sku, items: found.map((neighbour) => ({ sku: neighbour.sku })) };
        return conditional(headers['If-None-Match'], contentTag(body), body, cacheHeaders);
      },
    );
  },
});
