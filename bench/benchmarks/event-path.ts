import type { Bench, Benchmark } from '../bench.ts';
import { sampleMessages, type PathTimes } from './event-path-timing.ts';
import { ownPath } from './own-event-path.ts';
import { startBareKafkajs } from '../yardsticks/bare-kafkajs.ts';
import { withFreshStack } from '../stack/fresh-stack.ts';
import { jvmTools } from '../yardsticks/kafka-perf.ts';
import { createTopics } from '../../scripts/stack/index.ts';
import { rounded } from '../report/statistics.ts';

/** What the platform's way over Kafka costs a message, beyond the client library that it is built on. */
export const eventPath: Benchmark = {
  name: 'event-path',
  summary: 'a message published and consumed by the platform’s runner, against kafkajs alone',
  run: (bench) =>
    withFreshStack(bench, async () => {
      const messages = sampleMessages(bench.settings.quick ? 10_000 : 50_000, bench.stack.partitions);
      const own: PathTimes[] = [];
      const bare: PathTimes[] = [];
      const alone = startBareKafkajs();
      try {
        // The first turn of each is the warm-up.
        for (let run = 0; run <= bench.settings.runs; run += 1) {
          const first = await ownPath(bench.stack, await freshTopic(bench, `bench-own-${run}`), messages);
          const topic = await freshTopic(bench, `bench-bare-${run}`);
          const second = await alone.run({ stack: bench.stack, topic, messages: messages.length });
          if (run === 0) continue;
          own.push(first);
          bare.push(second);
          bench.log(
            `run ${run}: ${rounded(first.wallUs)} µs a message, kafkajs alone ${rounded(second.wallUs)} µs`,
          );
        }
      } finally {
        alone.stop();
      }
      bench.report({
        name: 'runner ÷ kafkajs alone',
        unit: '',
        runs: own.map(({ wallUs }, run) => wallUs / bare[run]!.wallUs),
        target: { is: '≤', than: 2 },
      });
      for (const [name, times] of Object.entries({ runner: own, 'kafkajs alone': bare })) {
        bench.report({ name, unit: 'µs', runs: times.map(({ wallUs }) => wallUs) });
        bench.report({ name: `${name}, CPU`, unit: 'µs', runs: times.map(({ cpuUs }) => cpuUs) });
      }
      const bytes = Buffer.byteLength(messages[0]!.value);
      const jvm = await jvmTools(bench.stack, await freshTopic(bench, 'bench-jvm'), messages.length, bytes);
      bench.report({ name: `JVM producer (${bytes} bytes)`, unit: 'µs', runs: [jvm.publishUs] });
      bench.report({ name: `JVM consumer (${bytes} bytes)`, unit: 'µs', runs: [jvm.consumeUs] });
    }),
};

async function freshTopic({ stack }: Bench, name: string): Promise<string> {
  await createTopics([`${stack.host}:${stack.ports.kafka}`], [name], stack.partitions);
  return name;
}
