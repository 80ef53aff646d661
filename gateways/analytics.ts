import { z } from 'zod';
import { salesQuery, salesTotal } from '../contracts/http/analytics.ts';
import { pageOf } from '../contracts/http/parts.ts';
import { defineGateway } from '../platform/gateway.ts';
import { answer } from '../platform/http/answer.ts';
import { notOfThisList, readPage } from '../platform/http/pages.ts';
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
        const page = await readPage(app.cursors, {
          scope: { route: path, userId: caller.userId },
          cursor,
          limit,
          position,
          isHere: ({ days }) => days[0] === from && days[1] === to,
          read: (at) => salesBoard.list({ from, to }, { limit, ...(at ? { after: at.after } : {}) }),
          positionOf: ({ date, category, region, currency }) => ({
            days: [from, to] as [string, string],
            after: { date, category, region, currency },
          }),
        });
        return page ? answer(200, page) : notOfThisList();
      },
    );
  },
});
