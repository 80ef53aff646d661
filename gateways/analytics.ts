import { z } from 'zod';
import { salesQuery, salesTotal } from '../contracts/http/analytics.ts';
import { pageOf } from '../contracts/http/parts.ts';
import { defineGateway } from '../platform/gateway.ts';
import { answer, invalid } from '../platform/http/answer.ts';
import { smallPod } from '../platform/scale.ts';

/** A cursor goes on in the same days only. */
const position = z.strictObject({
  days: z.tuple([z.string(), z.string()]),
  after: z.strictObject({
    date: z.string(),
    category: z.string(),
    region: z.string(),
    currency: z.string(),
  }),
});

export const analytics = defineGateway({
  name: 'analytics',
  service: 'analytics',
  needs: ['salesBoard'],
  scale: { min: 2, max: 4 },
  resources: smallPod,
  routes(app, { salesBoard }) {
    const path = '/v1/analytics/sales';
    app.route(
      {
        method: 'get',
        path,
        summary: 'Paid orders by day, home region, currency and category; may be a moment behind',
        access: { roles: ['operator'] },
        query: salesQuery,
        responses: { 200: { description: 'A page', schema: pageOf(salesTotal) } },
      },
      async ({ query: { from, to, limit, cursor }, caller }) => {
        const scope = { route: path, userId: caller.userId };
        const at = cursor === undefined ? undefined : app.cursors.read(scope, cursor, position);
        if (cursor !== undefined && (at?.days[0] !== from || at.days[1] !== to))
          return invalid('cursor-invalid', [
            { in: 'query', field: 'cursor', message: 'is not from this list' },
          ]);
        const items = await salesBoard.list({ from, to }, { limit, ...(at ? { after: at.after } : {}) });
        const last = items.length === limit ? items.at(-1) : undefined;
        if (!last) return answer(200, { items });
        const { date, category, region, currency } = last;
        const after = { date, category, region, currency };
        return answer(200, { items, nextCursor: app.cursors.write(scope, { days: [from, to], after }) });
      },
    );
  },
});
