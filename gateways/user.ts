import { randomUUID } from 'node:crypto';
import { signUpRequest, userResource } from '../contracts/http/users.ts';
import { userIdOf, type Region } from '../domain/ids.ts';
import { defineGateway, type GatewayApp, type GatewayContext } from '../platform/gateway.ts';
import { answer, notFound, problem } from '../platform/http/answer.ts';
import type { User } from '../platform/ports/users.ts';

type UserContext = GatewayContext<'users'>;

export const user = defineGateway({
  name: 'user',
  service: 'users',
  needs: ['users'],
  scale: { min: 8, max: 20 },
  routes(app, context) {
    signUpRoute(app, context);
    meRoute(app, context);
  },
});

function signUpRoute(app: GatewayApp, context: UserContext): void {
  app.route(
    {
      method: 'post',
      path: '/v1/users',
      summary: 'Sign up; the region that takes the request becomes the home',
      access: 'public',
      body: signUpRequest,
      responses: { 201: { description: 'The new user', schema: userResource } },
    },
    async ({ body }) => {
      const userId = userIdOf(context.region as Region, randomUUID());
      const created: User = { userId, ...body, createdAt: context.now() };
      if (!(await context.users.create(created)))
        return problem(409, 'user-exists', 'there is a user with this mail address', {
          errors: [{ in: 'body', field: 'email', message: 'is taken' }],
        });
      return answer(201, resourceOf(created), { location: '/v1/users/me' });
    },
  );
}

function meRoute(app: GatewayApp, { users }: UserContext): void {
  app.route(
    {
      method: 'get',
      path: '/v1/users/me',
      summary: 'Who the caller is',
      access: 'caller',
      responses: { 200: { description: 'The caller', schema: userResource } },
    },
    async ({ caller }) => {
      const found = (await users.find([caller.userId])).get(caller.userId);
      return found ? answer(200, resourceOf(found)) : notFound('user-unknown');
    },
  );
}

function resourceOf({ userId, email, name, country, postalCode, createdAt }: User) {
  return { userId, email, name, country, postalCode, createdAt: createdAt.toISOString() };
}
