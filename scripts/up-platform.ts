import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { createLogUpdate } from 'log-update';
import { signToken } from '../adapters/auth/tokens.ts';
import type { LocalStack } from '../environments/local.ts';
import { startPlatform } from './platform-processes.ts';
import { exitCodeOf, isAsMeant, outcomeOf, type Progress as OrderProgress } from './sample-orders/outcome.ts';
import { placeOrders } from './sample-orders/place.ts';
import { planOrders } from './sample-orders/plan.ts';
import { orderTable, summary } from './sample-orders/table.ts';
import { blockedUser, scarceSkus, seedSkus, seedUsers } from './seed.ts';
import { stackFolders } from './stack/folders.ts';
import type { Progress } from './up-progress.ts';

export type PlatformContext = {
  readonly stack: LocalStack;
  /** Leave after the verdict, instead of running until the signal. */
  readonly once: boolean;
  readonly json: boolean;
  /** Whether to place sample orders. */
  readonly orders: boolean;
  readonly progress: Progress;
  /** Aborts when the person wants the stack to end. */
  readonly signal: AbortSignal;
};

const sampleOrders = 50;
const repository = fileURLToPath(new URL('..', import.meta.url));

/** Runs the platform on a stack whose servers are ready, places the sample orders and audits; returns the exit code. */
export async function runPlatform(context: PlatformContext): Promise<number> {
  const { stack, progress, signal } = context;
  const platform = await startPlatform(stack, {
    signal,
    onStep: (step) => progress.line(`… ${step}`),
    onExit: ({ name, code, signal: by, expected }) => {
      if (!expected && !signal.aborted)
        progress.line(`${name} ended (${by ?? `exit code ${code}`}): scripts/up logs ${name}`);
    },
  });
  try {
    const exitCode = context.orders && !signal.aborted ? await placeAndAudit(context) : 0;
    if (!context.once && !signal.aborted) {
      if (!context.json) showAddresses(stack);
      progress.line('Running until Ctrl-C.');
      await once(signal, 'abort');
    }
    return context.once ? exitCode : 0;
  } finally {
    await platform.stop();
  }
}

async function placeAndAudit({ stack, json, progress, signal }: PlatformContext): Promise<number> {
  const live =
    !json && process.stdout.isTTY && process.stdout.columns > 0 ? createLogUpdate(process.stdout) : undefined;
  progress.line(`placing ${sampleOrders} orders, some of which are meant to fail`);
  const tokens = new Map<string, Promise<string>>();
  const plan = planOrders(sampleOrders, {
    userIds: seedUsers(stack.region).slice(0, 40),
    blockedUserId: blockedUser(stack.region),
    skus: seedSkus.filter((sku) => !scarceSkus.includes(sku)),
    scarceSku: scarceSkus[0]!,
  });
  const orders = await placeOrders(plan, {
    gatewayUrl: `http://${stack.host}:${stack.ports.gateway}`,
    sinkUrl: `http://${stack.host}:${stack.ports.smtpHttp}`,
    signal,
    onChange: (state) => live?.(orderTable(state)),
    token(userId) {
      const token =
        tokens.get(userId) ?? signToken(stack.authSecret, { userId, roles: [] }, { lifetimeS: 3600 });
      tokens.set(userId, token);
      return token;
    },
  });
  live?.clear();
  const acknowledged = orders.flatMap(({ orderId, totalMinor }) =>
    orderId === undefined || totalMinor === undefined ? [] : [{ orderId, totalMinor }],
  );
  const acknowledgedFile = join(stackFolders(stack).state, 'acknowledged.jsonl');
  writeFileSync(acknowledgedFile, acknowledged.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  progress.line('auditing');
  const audit = await execa(
    process.execPath,
    [
      'scripts/audit.ts',
      '--stack',
      stack.name,
      '--acknowledged',
      acknowledgedFile,
      '--settle-ms',
      '30000',
      ...(json ? ['--json'] : []),
    ],
    {
      cwd: repository,
      reject: false,
      cancelSignal: signal,
      stderr: 'inherit',
    },
  );
  signal.throwIfAborted();
  const asMeant = orders.every(isAsMeant);
  if (json)
    process.stdout.write(
      `${JSON.stringify({ orders: orders.map(plain), asMeant, audit: JSON.parse(audit.stdout) as unknown }, null, 2)}\n`,
    );
  else process.stdout.write(`${orderTable(orders)}\n\n${audit.stdout}\n`);
  if (!asMeant) process.stderr.write(`up: ${summary(orders)}\n`);
  return exitCodeOf(orders, audit.exitCode);
}

function plain(order: OrderProgress): object {
  const { orderId, label, expected, stepMs, mailMs } = order;
  return { orderId, label, expected, outcome: outcomeOf(order), stepMs, mailMs };
}

function showAddresses(stack: LocalStack): void {
  const at = (port: number, path = ''): string => `http://${stack.host}:${port}${path}`;
  process.stdout.write(
    [
      '',
      `API               ${at(stack.ports.gateway, '/openapi.json')}`,
      `metrics           ${at(stack.ports.metrics[0]!, '/metrics')}  ${at(stack.ports.metrics[1]!, '/metrics')}`,
      `payment provider  ${at(stack.ports.payments, '/v1/ledger?limit=20')}`,
      `mails             ${at(stack.ports.smtpHttp, '/mails/count')}`,
      `a token           node_modules/.bin/node scripts/token.ts ${seedUsers(stack.region)[0]}`,
      '',
    ].join('\n'),
  );
}
