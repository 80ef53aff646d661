import { outboxServices } from '../../../platform/relay.ts';
import { gateways } from '../../../gateways/index.ts';
import { alwaysNeeded, type ResourceName, type SystemName } from '../../../platform/resources.ts';
import { tasks, workers } from '../../../workers/index.ts';

/** What `main.ts` runs with some arguments, by the declarations. */
export type DeclaredProgram = {
  readonly kind: 'gateway' | 'worker' | 'task' | 'relay';
  readonly needs: readonly ResourceName[];
  readonly always: readonly SystemName[];
  /** Kafka topics that it consumes, as the group of its own name. */
  readonly consumes: readonly string[];
  readonly name: string;
};

/** What the arguments of a container run; undefined where `main.ts` would refuse them, or run several programs. */
export function programOf(args: readonly string[]): DeclaredProgram | undefined {
  const [command, name, ...more] = args;
  if (command === 'relay') return relayOf(args.slice(1));
  if (name === undefined || more.length > 0) return undefined;
  const none = { consumes: [], name };
  if (command === 'gateway') {
    const gateway = gateways.find((candidate) => candidate.name === name);
    return gateway && { ...none, kind: 'gateway', needs: gateway.needs, always: alwaysNeeded.gateway };
  }
  if (command !== 'worker') return undefined;
  const task = tasks.find((candidate) => candidate.name === name);
  if (task) {
    const needs = task.needs as readonly ResourceName[];
    return { ...none, kind: 'task', needs, always: alwaysNeeded.task };
  }
  const worker = workers.find((candidate) => candidate.name === name);
  if (!worker) return undefined;
  const topics = [worker.consumes].flat() as readonly { readonly name: string }[];
  return {
    kind: 'worker',
    needs: worker.needs as readonly ResourceName[],
    always: alwaysNeeded.worker,
    consumes: topics.map((topic) => topic.name),
    name,
  };
}

function relayOf(services: readonly string[]): DeclaredProgram | undefined {
  const known: readonly string[] = outboxServices;
  if (services.some((service) => !known.includes(service))) return undefined;
  return { kind: 'relay', needs: [], always: alwaysNeeded.relay, consumes: [], name: 'relay' };
}
