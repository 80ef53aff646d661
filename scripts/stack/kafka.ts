import { execa } from 'execa';
import type { Admin } from 'kafkajs';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from '../../adapters/kafka/kafkajs.ts';
import type { LocalStack } from '../../environments/local.ts';
import { kafkaJars } from './downloads.ts';
import type { StackFolders } from './folders.ts';
import { readLog, waitForServer, type StackContext, type StackPart } from './server.ts';
import { StackError, waitFor } from './wait.ts';

// Any 16 bytes in base64: a fixed one, since a local broker never meets another.
const clusterId = 'bWVyaWRpYW4tbG9jYWwtMQ';

export const kafkaPart: StackPart = {
  name: 'kafka',
  serverNames: ['kafka'],
  stopSignal: 'SIGTERM',
  stopLimitMs: 30_000,

  async prepare(context) {
    const { folders, stack } = context;
    mkdirSync(folders.kafka, { recursive: true });
    writeFileSync(join(folders.kafka, 'server.properties'), properties(stack, folders));
    writeFileSync(join(folders.kafka, 'log4j2.xml'), log4j);
    if (!existsSync(formattedMarker(folders))) await format(context);
  },

  launch({ stack, folders }) {
    return {
      name: 'kafka',
      port: stack.ports.kafka,
      command: ['java', ...jvmOptions(folders), 'kafka.Kafka', join(folders.kafka, 'server.properties')],
      cwd: folders.kafka,
      stopSignal: 'SIGTERM',
    };
  },

  async ready(context) {
    const started = (): boolean => readLog(context.folders, 'kafka').includes('Kafka Server started');
    await waitForServer(context, 'kafka', started, 90_000);
  },
};

/**
 * Creates the topics that are missing and returns when each partition has its leader. Throws a StackError when a topic
 * has another number of partitions: it is fixed for an environment's life.
 */
export async function createTopics(
  brokers: readonly string[],
  names: readonly string[],
  partitions: number,
): Promise<void> {
  if (names.length === 0) return;
  const kafka = new Kafka({ clientId: 'meridian-stack', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin({ retry: { retries: 20, initialRetryTime: 50, maxRetryTime: 500 } });
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const topics = names
      .filter((name) => !existing.has(name))
      .map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 }));
    if (topics.length > 0) await admin.createTopics({ topics, waitForLeaders: false });
    await waitFor('the topics to have leaders', () => haveLeaders(admin, names, partitions), {
      timeoutMs: 30_000,
    });
  } finally {
    await admin.disconnect();
  }
}

async function haveLeaders(admin: Admin, names: readonly string[], partitions: number): Promise<boolean> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
  for (const topic of topics) {
    if (topic.partitions.length > 0 && topic.partitions.length !== partitions) {
      throw new StackError(
        `topic ${topic.name} has ${topic.partitions.length} partitions, not ${partitions}: scripts/up reset deletes it`,
      );
    }
  }
  return topics.every(
    ({ partitions: found }) => found.length === partitions && found.every(({ leader }) => leader >= 0),
  );
}

const dataFolder = (folders: StackFolders): string => join(folders.kafka, 'data');
const formattedMarker = (folders: StackFolders): string => join(folders.kafka, 'formatted');

async function format({ folders, signal }: StackContext): Promise<void> {
  rmSync(dataFolder(folders), { recursive: true, force: true }); // of a format that was cut off
  const args = ['format', '-t', clusterId, '-c', join(folders.kafka, 'server.properties')];
  const options = signal ? { cancelSignal: signal } : {};
  await execa('java', [...jvmOptions(folders), 'kafka.tools.StorageTool', ...args], options);
  writeFileSync(formattedMarker(folders), '');
}

function jvmOptions(folders: StackFolders): string[] {
  return [
    '-Xms256m',
    '-Xmx512m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:+ExitOnOutOfMemoryError',
    `-Dlog4j2.configurationFile=${join(folders.kafka, 'log4j2.xml')}`,
    '-cp',
    join(kafkaJars(), '*'),
  ];
}

function properties({ ports, host, partitions }: LocalStack, folders: StackFolders): string {
  return `# Written by scripts/stack/kafka.ts at every start.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@${host}:${ports.kafkaController}
listeners=PLAINTEXT://${host}:${ports.kafka},CONTROLLER://${host}:${ports.kafkaController}
advertised.listeners=PLAINTEXT://${host}:${ports.kafka}
controller.listener.names=CONTROLLER
log.dirs=${dataFolder(folders)}
auto.create.topics.enable=false
num.partitions=${partitions}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# A broker that was killed is refused until the session of its former self has ended (9 s by default).
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# One broker: every internal topic has one copy.
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
# A laptop's disk: at most 128 MB a partition, in segments small enough to be deleted one by one.
log.segment.bytes=67108864
log.retention.bytes=134217728
log.retention.hours=168
log.retention.check.interval.ms=60000
log.index.size.max.bytes=1048576
# The cleaner takes 128 MB of the heap otherwise.
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
background.threads=2
num.recovery.threads.per.data.dir=2
`;
}

const log4j = `<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="WARN" shutdownHook="disable">
  <Appenders>
    <Console name="stdout"><PatternLayout pattern="%d{yyyy-MM-dd HH:mm:ss.SSS} %p %c{1} %m%n"/></Console>
  </Appenders>
  <Loggers>
    <Root level="INFO"><AppenderRef ref="stdout"/></Root>
    <Logger name="org.apache.kafka.common.config" level="WARN"/>
    <Logger name="kafka.server.KafkaConfig" level="WARN"/>
  </Loggers>
</Configuration>
`;
