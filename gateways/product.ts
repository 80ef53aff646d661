import { z } from 'zod';
import { conditionalHeaders, pageOf, skuParams } from '../contracts/http/parts.ts';
import { product as productSchema, productsQuery } from '../contracts/http/products.ts';
import { defineGateway, type GatewayApp, type GatewayContext } from '../platform/gateway.ts';
import { notFound } from '../platform/http/answer.ts';
import { conditional, contentTag } from '../platform/http/etags.ts';
import { notOfThisList, readPage } from '../platform/http/pages.ts';

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
      const narrowed = category === undefined ? {} : { category };
      const page = await readPage(app.cursors, {
        scope: { route: path },
        cursor,
        limit,
        position,
        isHere: (after) => after.category === category,
        read: (after) =>
          catalogue.list({ limit, ...narrowed, ...(after ? { afterSku: after.afterSku } : {}) }),
        positionOf: (last) => ({ afterSku: last.sku, ...narrowed }),
      });
      if (!page) return notOfThisList();
      return conditional(headers['If-None-Match'], contentTag(page), page, cacheHeaders);
    },
  );
}
