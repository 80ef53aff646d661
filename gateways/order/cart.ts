import {
  cart,
  cartItemRequest,
  linesBytes,
  maxLines,
  quote,
  quoteRequest,
} from '../../contracts/http/orders.ts';
import { conditionalHeaders, ifMatchHeaders, skuParams } from '../../contracts/http/parts.ts';
import type { GatewayApp } from '../../platform/gateway.ts';
import { answer, invalid, problem, type Answer } from '../../platform/http/answer.ts';
import { conditional, requiredVersion, versionTag } from '../../platform/http/etags.ts';
import type { CartLine } from '../../platform/ports/users.ts';
import type { OrderTools } from './context.ts';
import { priceLines } from './price-lines.ts';

export function cartRoutes(app: GatewayApp, { context, products }: OrderTools): void {
  const { carts } = context;
  const itemPath = '/v1/cart/items/{sku}';
  const responses = { 200: { description: 'The cart', schema: cart } };

  async function setLine(userId: string, line: CartLine, ifMatch: string | undefined): Promise<Answer> {
    const ifVersion = requiredVersion(ifMatch);
    if (ifVersion === 'never') return changedMeanwhile();
    const options = ifVersion === undefined ? { maxLines } : { maxLines, ifVersion };
    const result = await carts.setLine(userId, line, options);
    if (result === 'version-mismatch') return changedMeanwhile();
    if (result === 'cart-full') return problem(409, 'cart-full', `a cart has at most ${maxLines} lines`);
    return answer(200, result, { etag: versionTag(result.version) });
  }

  app.route(
    {
      method: 'get',
      path: '/v1/cart',
      summary: "The caller's cart",
      access: 'caller',
      headers: conditionalHeaders,
      responses: { ...responses, 304: { description: 'Not changed' } },
    },
    async ({ caller, headers }) => {
      const found = await carts.read(caller.userId);
      return conditional(headers['If-None-Match'], versionTag(found.version), found);
    },
  );
  app.route(
    {
      method: 'put',
      path: itemPath,
      summary: 'Set how many units of a product are in the cart',
      access: 'caller',
      params: skuParams,
      headers: ifMatchHeaders,
      body: cartItemRequest,
      responses,
    },
    async ({ params: { sku }, headers, body, caller }) => {
      const known = await products.find([sku]);
      if (!known.has(sku))
        return invalid('sku-unknown', [{ in: 'path', field: 'sku', message: 'is not in the catalogue' }]);
      return setLine(caller.userId, { sku, quantity: body.quantity }, headers['If-Match']);
    },
  );
  app.route(
    {
      method: 'delete',
      path: itemPath,
      summary: 'Take a product out of the cart',
      access: 'caller',
      params: skuParams,
      headers: ifMatchHeaders,
      responses,
    },
    ({ params: { sku }, headers, caller }) =>
      setLine(caller.userId, { sku, quantity: 0 }, headers['If-Match']),
  );
}

const changedMeanwhile = (): Answer =>
  problem(412, 'version-mismatch', 'the cart is not as If-Match has it: read it again', {
    errors: [{ in: 'header', field: 'If-Match', message: 'is not the version there is' }],
  });

export function quoteRoute(app: GatewayApp, { context, products }: OrderTools): void {
  app.route(
    {
      method: 'post',
      path: '/v1/quotes',
      summary: 'What an order would cost, tax and shipping included',
      access: 'caller',
      body: quoteRequest,
      bodyBytes: linesBytes,
      responses: { 200: { description: 'The price', schema: quote } },
    },
    async ({ body: { lines, currency } }) => {
      const found = await products.find(lines.map(({ sku }) => sku));
      const priced = priceLines(lines, found, context.region, currency);
      if (!priced.ok) return priced.refusal;
      const { cart: total } = priced;
      return answer(200, {
        currency: total.currency,
        lines: total.lines.map(({ sku, quantity, unitPriceMinor, lineTotalMinor }) => ({
          sku,
          quantity,
          unitPriceMinor,
          lineTotalMinor,
        })),
        subtotalMinor: total.subtotalMinor,
        discountMinor: total.discountMinor,
        shippingMinor: total.shippingMinor,
        taxMinor: total.taxMinor,
        totalMinor: total.totalMinor,
      });
    },
  );
}
