import { fraudAssessment } from '../contracts/http/fraud.ts';
import { orderParams } from '../contracts/http/parts.ts';
import { defineGateway } from '../platform/gateway.ts';
import { answer, notFound } from '../platform/http/answer.ts';
import { smallPod } from '../platform/scale.ts';

export const fraud = defineGateway({
  name: 'fraud',
  service: 'fraud',
  needs: ['assessments'],
  scale: { min: 2, max: 4 },
  resources: smallPod,
  routes(app, { assessments }) {
    app.route(
      {
        method: 'get',
        path: '/v1/fraud/orders/{orderId}',
        summary: 'How an order was scored, and why',
        access: { roles: ['operator'] },
        params: orderParams,
        responses: { 200: { description: 'The score and its reasons', schema: fraudAssessment } },
      },
      async ({ params: { orderId } }) => {
        const found = await assessments.find(orderId);
        if (!found) return notFound('order-not-scored');
        const { outcome, score, signals, scoredAt } = found;
        return answer(200, {
          orderId,
          outcome,
          score: score / 100,
          signals,
          scoredAt: scoredAt.toISOString(),
        });
      },
    );
  },
});
