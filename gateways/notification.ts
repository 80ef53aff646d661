import { z } from 'zod';
import { notification as resource } from '../contracts/http/notifications.ts';
import { pageOf, pageQuery } from '../contracts/http/parts.ts';
import { defineGateway } from '../platform/gateway.ts';
import { answer, invalid } from '../platform/http/answer.ts';
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
        const scope = { route: path, userId: caller.userId };
        const before = cursor === undefined ? undefined : app.cursors.read(scope, cursor, position);
        if (cursor !== undefined && !before)
          return invalid('cursor-invalid', [
            { in: 'query', field: 'cursor', message: 'is not from this list' },
          ]);
        const items = await notifications.list(caller.userId, { limit, ...(before ? { before } : {}) });
        const last = items.length === limit ? items.at(-1) : undefined;
        return answer(200, {
          items: items.map(({ orderId, step, status, at }) => ({
            orderId,
            step,
            channel: 'email',
            status,
            at,
          })),
          ...(last
            ? {
                nextCursor: app.cursors.write(scope, { at: last.at, orderId: last.orderId, step: last.step }),
              }
            : {}),
        });
      },
    );
  },
});
