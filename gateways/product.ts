import { z } from 'zod';
import { conditionalHeaders, pageOf, skuParams } from '../contracts/http/parts.ts';
import { product as productSchema, productsQuery } from '../contracts/http/products.ts';
import { defineGateway, type GatewayApp, type GatewayContext } from '../platform/gateway.ts';
import { invalid, notFound } from '../platform/http/answer.ts';
import { conditional, contentTag } from '../platform/http/etags.ts';

type ProductContext = GatewayContext<'catalogue'>;

/** For the edge and browsers: a price may be this old. */
const cacheHeaders = { 'cache-control': 'public, max-age=5, stale-while-revalidate=30' };

export const product = defineGateway({
  name: 'product',
  service: 'catalogue',
  needs: ['catalogue'],
  scale: { min: 16, max: 40 },
  routes(app, context) {
    readProductRoute(app, context);
    listProductsRoute(app, context);
  },
});

function readProductRoute(app: GatewayApp, { catalogue }: ProductContext): void {
  app.route(
    {
      method: 'get',
      path: '/v1/products/{sku}',
      summary: 'A product and its prices',
      access: 'public',
      params: skuParams,
      headers: conditionalHeaders,
      responses: {
        200: { description: 'The product', schema: productSchema },
        304: { description: 'Not changed' },
      },
    },
    async ({ params: { sku }, headers }) => {
      const found = (await catalogue.find([sku])).get(sku);
      if (!found) return notFound('sku-unknown');
      return conditional(headers['If-None-Match'], contentTag(found), found, cacheHeaders);
    },
  );
}

const position = z.strictObject({ afterSku: z.string(), category: z.string().optional() });

function listProductsRoute(app: GatewayApp, { catalogue }: ProductContext): void {
  const path = '/v1/products';
  app.route(
    {
      method: 'get',
      path,
      summary: 'The catalogue, by SKU',
      access: 'public',
      query: productsQuery,
      headers: conditionalHeaders,
      responses: {
        200: { description: 'A page', schema: pageOf(productSchema) },
        304: { description: 'Not changed' },
      },
    },
    async ({ query: { limit, cursor, category }, headers }) => {
      const scope = { route: path };
      const after = cursor === undefined ? undefined : app.cursors.read(scope, cursor, position);
      if (cursor !== undefined && (!after || after.category !== category))
        return invalid('cursor-invalid', [
          { in: 'query', field: 'cursor', message: 'is not from this list' },
        ]);
      const narrowed = category === undefined ? {} : { category };
      const items = await catalogue.list({
        limit,
        ...narrowed,
        ...(after ? { afterSku: after.afterSku } : {}),
      });
      const last = items.length === limit ? items.at(-1) : undefined;
      const nextCursor = last && app.cursors.write(scope, { afterSku: last.sku, ...narrowed });
      const page = { items, ...(nextCursor === undefined ? {} : { nextCursor }) };
      return conditional(headers['If-None-Match'], contentTag(page), page, cacheHeaders);
    },
  );
}
