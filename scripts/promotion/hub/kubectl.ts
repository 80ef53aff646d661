import { execa } from 'execa';
import { Refusal } from '../../refusal.ts';
import { applicationName, type Application } from './application.ts';
import { endingPatch } from './operation.ts';

/** Which cluster kubectl asks; the user's own context where nothing is given. */
export type Hub = { readonly kubeconfig?: string | undefined; readonly context?: string | undefined };

const flagsOf = ({ kubeconfig, context }: Hub): string[] => [
  ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
  ...(context === undefined ? [] : ['--context', context]),
];

export function getCommand(hub: Hub, environment: string, region: string): readonly string[] {
  const name = applicationName(environment, region);
  return [
    'kubectl',
    'get',
    'application',
    name,
    '--namespace',
    'argocd',
    ...flagsOf(hub),
    '--output',
    'json',
  ];
}

export function endCommand(hub: Hub, application: Application): readonly string[] {
  const { name } = application.metadata;
  const patch = ['--type', 'merge', '--patch', endingPatch(application)];
  return ['kubectl', 'patch', 'application', name, '--namespace', 'argocd', ...flagsOf(hub), ...patch];
}

/** As it can be pasted into a shell. */
export function shellOf(command: readonly string[]): string {
  return command
    .map((word) => (/^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}

/** @returns what it printed; undefined where there is no kubectl. @throws Refusal with kubectl's own reason. */
export async function runKubectl(command: readonly string[]): Promise<string | undefined> {
  const [program = '', ...args] = command;
  const { stdout, stderr, code, failed } = await execa(program, [...args, '--request-timeout', '15s'], {
    reject: false,
  });
  if (!failed) return stdout;
  if (code === 'ENOENT') return undefined;
  const reason = stderr.trim().split('\n').at(-1) ?? '';
  throw new Refusal(`kubectl ${args[0]}: ${reason}`);
}
