import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** What /proc says of a process; undefined when there is none (a zombie counts as gone). */
export function readProcess(pid: number): { parent: number; startTicks: number } | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, startTicks] = [fields[0], fields[1], fields[19]];
  if (state === 'Z' || state === 'X') return undefined;
  return { parent: Number(parent), startTicks: Number(startTicks) };
}

export function commandOf(pid: number): string {
  return (readText(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim() || '?';
}

/** All process ids of the machine. */
function allPids(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

/** Processes whose working folder is `folder`. */
export function pidsIn(folder: string): number[] {
  return allPids().filter((pid) => readLink(`/proc/${pid}/cwd`) === folder && readProcess(pid) !== undefined);
}

/** MB of memory of a process (and all below it), shared pages counted once (Pss; the resident size where Pss is hidden). */
export function memoryMb(pid: number, { withChildren }: { withChildren: boolean }): number {
  if (!withChildren) return Math.round(memoryKb(pid) / 1024);
  const children = Map.groupBy(allPids(), (candidate) => readProcess(candidate)?.parent);
  const treeKb = (root: number): number =>
    memoryKb(root) + (children.get(root) ?? []).reduce((sum, child) => sum + treeKb(child), 0);
  return Math.round(treeKb(pid) / 1024);
}

function memoryKb(pid: number): number {
  const shared = /^Pss:\s+(\d+)/m.exec(readText(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
  return Number(shared ?? /^VmRSS:\s+(\d+)/m.exec(readText(`/proc/${pid}/status`) ?? '')?.[1] ?? 0);
}

/** The process that listens on a TCP port; undefined when none does, pid undefined when it is another user's. */
export function listenerOf(port: number): { pid: number | undefined } | undefined {
  const inodes = new Set([
    ...listeningInodes('/proc/net/tcp', port),
    ...listeningInodes('/proc/net/tcp6', port),
  ]);
  if (inodes.size === 0) return undefined;
  return { pid: allPids().find((pid) => holdsSocket(pid, inodes)) };
}

function listeningInodes(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = (readText(table) ?? '')
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(/\s+/));
  // Columns: number, local address:port, remote, state (0A is LISTEN), …, the inode is the tenth.
  return rows
    .filter((row) => row[3] === '0A' && row[1]?.endsWith(`:${hexPort}`))
    .map((row) => `socket:[${row[9]}]`);
}

function holdsSocket(pid: number, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.has(readLink(`/proc/${pid}/fd/${fd}`) ?? ''));
  } catch {
    return false; // ended meanwhile, or another user's
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
