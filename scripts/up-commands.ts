import Table from 'cli-table3';
import { execa } from 'execa';
import type { LocalStack } from '../environments/local.ts';
import { stackLogs, stackStatus, type StatusRow } from './stack/index.ts';

/** Prints the processes of a stack. */
export function showStatus(stack: LocalStack, json: boolean): number {
  const rows = stackStatus(stack);
  process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : `${statusTable(rows)}\n`);
  return 0;
}

function statusTable(rows: readonly StatusRow[]): string {
  const table = new Table({
    head: ['name', 'state', 'pid', 'port', 'MB', 'up for'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, state, pid, port, rssMb, since } of rows) {
    table.push([name, state, pid ?? '', port ?? '', rssMb ?? '', since ? age(since) : '']);
  }
  const totalMb = rows.reduce((sum, { rssMb }) => sum + (rssMb ?? 0), 0);
  return `${table.toString()}\n${rows.filter(({ state }) => state === 'running').length} running, ${totalMb} MB`;
}

function age(since: string): string {
  const seconds = Math.round((Date.now() - Date.parse(since)) / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** Follows a log until Ctrl-C (the end of the log only, where the output is no terminal). */
export async function showLog(stack: LocalStack, name: string): Promise<number> {
  const logs = stackLogs(stack);
  const file = logs.get(name);
  if (file === undefined) {
    const known = [...logs.keys()].join(', ') || 'none yet: start the stack first';
    process.stderr.write(`up: no log is named ${name}. Known logs: ${known}\n`);
    return 2;
  }
  const follow = process.stdout.isTTY ? ['-F'] : [];
  const { exitCode, signal } = await execa('tail', ['-n', '100', ...follow, file], {
    stdio: 'inherit',
    reject: false,
  });
  return signal === 'SIGINT' ? 0 : (exitCode ?? 0);
}
