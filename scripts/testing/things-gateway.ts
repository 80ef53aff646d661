import { z } from 'zod';
import { ConflictError, TransientError } from '../../platform/errors.ts';
import { defineGateway } from '../../platform/gateway.ts';
import { answer } from '../../platform/http/answer.ts';

const thingParams = z.strictObject({ thingId: z.string().regex(/^\w+$/) });
/** What deleting the thing of that name fails with. */
export const failures: Record<string, Error> = {
  transient: new TransientError('database-away', 'host 10.0.0.1'),
  conflict: new ConflictError('moved', 'row 7'),
  other: new Error('secret: hunter2'),
};

/** A gateway with one route of each kind, without any system behind it. */
export const things = defineGateway({
  name: 'things',
  service: 'orders',
  needs: [],
  scale: { min: 1, max: 1 },
  routes(app) {
    app.route(
      {
        method: 'get',
        path: '/v1/things/{thingId}',
        summary: 'A thing',
        access: 'public',
        params: thingParams,
        query: z.strictObject({ limit: z.coerce.number().int().max(10).optional() }),
        responses: { 200: { description: 'It', schema: z.object({ thingId: z.string() }) } },
      },
      ({ params, query }) => answer(200, { ...params, ...query }),
    );
    app.route(
      {
        method: 'post',
        path: '/v1/things',
        summary: 'Make a thing',
        access: 'caller',
        headers: z.object({ 'Idempotency-Key': z.string().max(5) }),
        body: z.strictObject({ name: z.string(), parts: z.array(z.strictObject({ size: z.int() })).max(3) }),
        responses: { 201: { description: 'Made' } },
      },
      ({ body, caller, headers }) =>
        answer(201, { body, by: caller.userId, key: headers['Idempotency-Key'] }),
    );
    app.route(
      {
        method: 'delete',
        path: '/v1/things/{thingId}',
        summary: 'Fail as asked',
        access: { roles: ['operator'] },
        params: thingParams,
        responses: { 204: { description: 'Never' } },
      },
      ({ params }) =>
        params.thingId === 'slow' ? new Promise(() => undefined) : Promise.reject(failures[params.thingId]!),
    );
    app.route(
      {
        method: 'post',
        path: '/v1/hooks',
        summary: 'Signed',
        access: { signed: (rawBody, header) => header('x-signature') === `signed ${rawBody}` },
        body: z.object({ id: z.int() }),
        responses: { 204: { description: 'Heard' } },
      },
      () => answer(204),
    );
  },
});
