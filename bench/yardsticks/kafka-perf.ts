import { join } from 'node:path';
import { execa } from 'execa';
import type { LocalStack } from '../../environments/local.ts';
import { kafkaJars } from '../../scripts/stack/downloads.ts';

/** Wall time a message of each tool, in µs. */
export type ToolTimes = { readonly publishUs: number; readonly consumeUs: number };

/** Kafka's own ProducerPerformance and ConsumerPerformance with as many messages of the same size, for scale. */
export async function jvmTools(
  stack: LocalStack,
  topic: string,
  count: number,
  bytes: number,
): Promise<ToolTimes> {
  const brokers = `${stack.host}:${stack.ports.kafka}`;
  const produced = await runTool('ProducerPerformance', [
    ['--topic', topic, '--num-records', String(count), '--record-size', String(bytes), '--throughput', '-1'],
    ['--producer-props', `bootstrap.servers=${brokers}`, 'acks=all'],
  ]);
  const consumed = await runTool('ConsumerPerformance', [
    ['--bootstrap-server', brokers, '--topic', topic, '--num-records', String(count), '--timeout', '30000'],
  ]);
  return {
    publishUs: 1e6 / producedPerSecond(produced),
    consumeUs: 1e6 / consumedPerSecond(consumed),
  };
}

async function runTool(name: string, args: readonly (readonly string[])[]): Promise<string> {
  const command = ['-Xmx256m', '-cp', join(kafkaJars(), '*'), `org.apache.kafka.tools.${name}`];
  const { stdout } = await execa('java', [...command, ...args.flat()]);
  return stdout;
}

/** Of the summary, which is the last line: `50000 records sent, 84104.3 records/sec (…)`. */
export function producedPerSecond(output: string): number {
  const summaries = [...output.matchAll(/records sent, ([\d.]+) records\/sec/g)];
  const perSecond = Number(summaries.at(-1)?.[1]);
  if (!(perSecond > 0)) throw new Error(`ProducerPerformance said no rate:\n${output}`);
  return perSecond;
}

/** A header line with column names, then the values: `fetch.nMsg.sec` leaves out the time to join. */
export function consumedPerSecond(output: string): number {
  const rows = output.split('\n').map((line) => line.split(',').map((cell) => cell.trim()));
  const column = rows.find((row) => row.includes('fetch.nMsg.sec'))?.indexOf('fetch.nMsg.sec') ?? -1;
  const perSecond = Number(rows.findLast((row) => row.length > column && row.length > 1)?.[column]);
  if (!(perSecond > 0)) throw new Error(`ConsumerPerformance said no rate:\n${output}`);
  return perSecond;
}
