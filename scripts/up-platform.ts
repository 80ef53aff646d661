import { once } from 'node:events';
import { join } from 'node:path';
import { startPaymentSimulator } from '../adapters/payments/simulator.ts';
import { migrate } from '../adapters/postgres/migrate.ts';
import { startMailSink } from '../adapters/smtp/sink.ts';
import { localEnvironmentVariables, type LocalStack } from '../environments/local.ts';
import { stackFolders } from './stack/folders.ts';
import type { Progress } from './up-progress.ts';

export type PlatformContext = {
  readonly stack: LocalStack;
  /** Check that everything starts and return, instead of running until the signal. */
  readonly once: boolean;
  readonly json: boolean;
  /** Whether to place sample orders. */
  readonly orders: boolean;
  readonly progress: Progress;
  /** Aborts when the person wants the stack to end. */
  readonly signal: AbortSignal;
};

/** Migrates, and runs the payment provider simulator and the mail sink on a stack whose servers are ready; returns the exit code. */
export async function runPlatform(context: PlatformContext): Promise<number> {
  const { stack, progress, signal } = context;
  const variables = localEnvironmentVariables(stack);
  const { state } = stackFolders(stack);
  await migrate(variables['POSTGRES_URL'] ?? '');
  progress.line('the tables are migrated');
  const provider = await startPaymentSimulator({
    folder: join(state, 'payments'),
    port: stack.ports.payments,
  });
  const sink = await startMailSink({
    folder: join(state, 'mails'),
    smtpPort: stack.ports.smtp,
    apiPort: stack.ports.smtpHttp,
  });
  try {
    progress.line(`payment provider: ${provider.baseUrl}/v1/ledger`);
    progress.line(`mails: ${variables['SMTP_SINK_URL']}/mails/count`);
    if (context.orders) progress.line('no gateway or worker exists yet: no orders are placed');
    if (!context.once && !signal.aborted) await once(signal, 'abort');
    return 0;
  } finally {
    await Promise.all([provider.close(), sink.close()]);
  }
}
