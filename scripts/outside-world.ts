import { once } from 'node:events';
import { join } from 'node:path';
import { startPaymentSimulator } from '../adapters/payments/simulator.ts';
import { startMailSink } from '../adapters/smtp/sink.ts';
import type { LocalStackName } from '../environments/local.ts';
import { stackFolders } from './stack/folders.ts';
import { stackFromEnvironment } from './stack/index.ts';

// Runs what the platform talks to and does not own: the payment provider and the mail server. Ends on SIGTERM.
const stack = stackFromEnvironment(process.argv[2] as LocalStackName);
const { state } = stackFolders(stack);
const provider = await startPaymentSimulator({
  folder: join(state, 'payments'),
  port: stack.ports.payments,
  apiKey: stack.paymentProviderKey,
  webhook: {
    url: `http://${stack.host}:${stack.ports.gateway}/v1/webhooks/payment-provider`,
    secret: stack.paymentWebhookSecret,
  },
});
const sink = await startMailSink({
  folder: join(state, 'mails'),
  smtpPort: stack.ports.smtp,
  apiPort: stack.ports.smtpHttp,
});
const ended = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => ended.abort());
if (!ended.signal.aborted) await once(ended.signal, 'abort');
await Promise.all([provider.close(), sink.close()]);
