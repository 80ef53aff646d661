import { execa } from 'execa';
import type { Finding } from './manifest.ts';

export type ServerCheck = {
  readonly findings: readonly Finding[];
  /** Files that the API server took whole. */
  readonly accepted: number;
  /** Why nothing could be asked: kubectl or the cluster is missing. */
  readonly unavailable?: string;
};

/**
 * Has the API server of the kubeconfig's cluster check files as if they were applied: its schemas, CEL rules, defaults
 * and admission. Nothing is changed there.
 */
export async function dryRunOnServer(
  files: readonly string[],
  { context, kubectl = 'kubectl' }: { readonly context?: string; readonly kubectl?: string } = {},
): Promise<ServerCheck> {
  const cluster = context === undefined ? [] : ['--context', context];
  const unavailable = await problemWith(kubectl, cluster);
  if (unavailable !== undefined) return { findings: [], accepted: 0, unavailable };
  const findings: Finding[] = [];
  let accepted = 0;
  for (const file of files) {
    const args = ['apply', '--server-side', '--dry-run=server', '--validate=strict'];
    // Whose field it is does not matter to a check; a live cluster's fields are Argo CD's.
    const owner = ['--force-conflicts', '--field-manager=manifest-check'];
    const result = await execa(kubectl, [...cluster, ...args, ...owner, '-o', 'name', '-f', file], {
      reject: false,
      stdin: 'ignore',
    });
    if (result.exitCode === 0) accepted += 1;
    else findings.push(...refusalsOf(file, result.stderr));
  }
  return { findings, accepted };
}

async function problemWith(kubectl: string, cluster: readonly string[]): Promise<string | undefined> {
  const result = await execa(kubectl, [...cluster, 'version', '--request-timeout=10s', '-o', 'json'], {
    reject: false,
    stdin: 'ignore',
  });
  if (result.code === 'ENOENT') return 'kubectl is not on the PATH';
  if (result.exitCode === 0) return undefined;
  const reason = result.stderr.trim().split('\n').at(-1) ?? '';
  return `the cluster of the kubeconfig does not answer: ${reason}`;
}

function refusalsOf(file: string, text: string): Finding[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('Warning:'));
  const messages = lines.length > 0 ? lines : ['kubectl failed without a word'];
  return messages.map((message) => ({ file, object: objectOf(message), path: '', rule: 'server', message }));
}

/** kubectl names objects in several ways: `The Service "a" is invalid`, `services "a" not found`. */
function objectOf(message: string): string {
  const [, kind, name] = /(?:The )?([\w.]+) "([^"]+)"/.exec(message) ?? [];
  return kind === undefined ? '' : `${kind} ${name}`;
}
