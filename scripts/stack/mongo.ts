import { MongoClient } from 'mongodb';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalStack } from '../../environments/local.ts';
import { secantusPython } from './downloads.ts';
import type { StackFolders } from './folders.ts';
import { findProgram } from './requirements.ts';
import { waitForServer, type StackPart } from './server.ts';

/** A real `mongod` where there is one, else SecantusDB, which speaks the same protocol: its Rust server where that is on PATH. */
export const mongoPart: StackPart = {
  name: 'mongo',
  serverNames: ['mongo'],
  stopSignal: 'SIGTERM',
  stopLimitMs: 20_000,

  async prepare({ folders }) {
    mkdirSync(dataFolder(folders), { recursive: true });
  },

  launch({ stack, folders }) {
    const [port, data] = [stack.ports.mongo, dataFolder(folders)];
    // Nothing that a customer waits for goes through it: it yields to the rest.
    const command: [string, ...string[]] = ['nice', '-n', '10', ...serverCommand(stack, data, port)];
    return { name: 'mongo', port, command, cwd: folders.mongo, stopSignal: 'SIGTERM' };
  },

  async ready(context) {
    await waitForServer(context, 'mongo', () => isWritable(context.stack), 60_000);
  },
};

type Kind = 'mongod' | 'secantusd-rs' | 'secantus';

/** The program that serves MongoDB's protocol here. */
export const mongoServer = (): Kind =>
  (['mongod', 'secantusd-rs'] as const).find((name) => findProgram(name)) ?? 'secantus';

// None reads the files of another.
const dataFolder = (folders: StackFolders): string => join(folders.mongo, mongoServer());

function serverCommand(stack: LocalStack, data: string, port: number): string[] {
  const address = ['--port', String(port)];
  if (mongoServer() === 'mongod')
    return [
      findProgram('mongod')!,
      '--dbpath',
      data,
      '--bind_ip',
      stack.host,
      ...address,
      '--replSet',
      'meridian',
      '--wiredTigerCacheSizeGB',
      '0.25',
    ];
  const options = [
    '--host',
    stack.host,
    ...address,
    '--storage-path',
    data,
    '--cache-size',
    '128M',
    '--log-level',
    'WARNING',
  ];
  const rust = findProgram('secantusd-rs');
  // The Rust server does not take `journal` from a write.
  return rust ? [rust, ...options, '--sync-on-commit'] : [secantusPython(), '-m', 'secantus', ...options];
}

async function isWritable(stack: LocalStack): Promise<boolean> {
  const url = `mongodb://${stack.host}:${stack.ports.mongo}/?directConnection=true&serverSelectionTimeoutMS=1000`;
  const client = new MongoClient(url);
  try {
    const hello = await client.db('admin').command({ hello: 1 });
    if (hello['isWritablePrimary'] === true) return true;
    // A mongod that has never been told so does not know that it is a replica set of one.
    if (hello['setName'] === undefined) {
      const members = [{ _id: 0, host: `${stack.host}:${stack.ports.mongo}` }];
      await client.db('admin').command({ replSetInitiate: { _id: 'meridian', members } });
    }
    return false;
  } catch {
    return false; // not listening yet
  } finally {
    await client.close();
  }
}
