import { createServer } from 'node:net';
import type { LocalStack } from '../../environments/local.ts';
import { commandOf, listenerOf } from './proc.ts';
import { StackError } from './wait.ts';

/** Every port that a stack takes, with what needs it. */
function portsOf({ ports }: LocalStack): { port: number; neededBy: string }[] {
  return [
    { port: ports.postgres, neededBy: 'postgres' },
    { port: ports.kafka, neededBy: 'kafka' },
    { port: ports.kafkaController, neededBy: 'kafka (controller)' },
    { port: ports.mongo, neededBy: 'mongo' },
    ...ports.redis.flatMap((port, index) => [
      { port, neededBy: `redis-${index}` },
      { port: port + 10_000, neededBy: `redis-${index} (cluster bus)` },
    ]),
    { port: ports.smtp, neededBy: 'the mail sink' },
    { port: ports.smtpHttp, neededBy: 'the mail sink (HTTP)' },
    { port: ports.payments, neededBy: 'the payment provider simulator' },
    { port: ports.gateway, neededBy: 'the gateways' },
    { port: ports.gatewayB, neededBy: 'the gateways (second process)' },
    { port: ports.console, neededBy: 'the console' },
    ...ports.metrics.map((port) => ({ port, neededBy: 'metrics' })),
  ];
}

/** Throws a StackError that names each port in use, what needs it, and who has it. */
export async function requireFreePorts(stack: LocalStack): Promise<void> {
  const wanted = portsOf(stack);
  const free = await Promise.all(wanted.map(({ port }) => isFree(port, stack.host)));
  const taken = wanted.filter((_, index) => !free[index]);
  if (taken.length === 0) return;
  const lines = taken.map(
    ({ port, neededBy }) => `port ${port}, needed by ${neededBy}, is in use by ${ownerOf(port)}`,
  );
  const more = lines.length > 4 ? [`and ${lines.length - 3} more ports`] : [];
  const elsewhere = (stack.portOffset + 1000) % 9000; // the largest offset is 8000
  const advice = `End that, or move all ports: MERIDIAN_PORT_OFFSET=${elsewhere} scripts/up`;
  throw new StackError([...lines.slice(0, more.length > 0 ? 3 : 4), ...more, advice].join('\n  '));
}

function ownerOf(port: number): string {
  const owner = listenerOf(port);
  if (owner?.pid === undefined)
    return "a process that cannot be seen from here (another user's, or in a container)";
  return `process ${owner.pid}: ${commandOf(owner.pid).slice(0, 120)}`;
}

function isFree(port: number, host: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = createServer();
  probe.once('error', () => resolve(false));
  probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  return promise;
}
