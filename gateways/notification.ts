import { z } from 'zod';
import { notification as resource } from '../contracts/http/notifications.ts';
import { pageOf, pageQuery } from '../contracts/http/parts.ts';
import { defineGateway } from '../platform/gateway.ts';
import { answer } from '../platform/http/answer.ts';
import { notOfThisList, readPage } from '../platform/http/pages.ts';
import { smallPod } from '../platform/scale.ts';

const position = z.strictObject({ at: z.string(), orderId: z.string(), step: z.string() });

export const notification = defineGateway({
  name: 'notification',
  service: 'notification',
  needs: ['notifications'],
  scale: { min: 2, max: 4 },
  resources: smallPod,
  routes(app, { notifications }) {
    const path = '/v1/notifications';
    app.route(
      {
        method: 'get',
        path,
        summary: 'The mails about the orders of the caller, newest first',
        access: 'caller',
        query: pageQuery,
        responses: { 200: { description: 'A page', schema: pageOf(resource) } },
      },
      async ({ query: { limit, cursor }, caller }) => {
        const page = await readPage(app.cursors, {
          scope: { route: path, userId: caller.userId },
          cursor,
          limit,
          position,
          read: (before) => notifications.list(caller.userId, { limit, ...(before ? { before } : {}) }),
          positionOf: ({ at, orderId, step }) => ({ at, orderId, step }),
        });
        if (!page) return notOfThisList();
        const items = page.items.map(({ orderId, step, status, at }) => ({
          orderId,
          step,
          channel: 'email',
          status,
          at,
        }));
        return answer(200, { ...page, items });
      },
    );
  },
});
