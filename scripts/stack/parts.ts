import { kafkaPart } from './kafka.ts';
import { mongoPart } from './mongo.ts';
import { postgresPart } from './postgres.ts';
import { isAlive, readPidFile } from './pid-files.ts';
import { spawnServer, type ServerExit } from './process.ts';
import { redisPart } from './redis.ts';
import type { StackContext, StackPart } from './server.ts';
import { isSupervisor } from './supervisor.ts';
import { StackError } from './wait.ts';

/** The systems of a stack; none waits for another. */
export const parts: readonly StackPart[] = [postgresPart, kafkaPart, redisPart, mongoPart];

/** Launches those of the part's servers that do not run, and returns when the system works as a whole. */
export async function startPart(
  context: StackContext,
  part: StackPart,
  onExit?: (exit: ServerExit) => void,
  serverNames = part.serverNames,
): Promise<void> {
  const { folders } = context;
  await part.prepare(context);
  // A server that a fault test starts again from another process must not end with that test.
  const followParent = isSupervisor(folders);
  for (const name of serverNames) {
    context.signal?.throwIfAborted();
    if (isAlive(readPidFile(folders, name))) throw new StackError(`${name} runs already`);
    spawnServer(folders, await part.launch(context, name), { followParent, onExit });
  }
  await part.ready(context);
}
