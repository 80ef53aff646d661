import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * What is wrong with sources that cannot be loaded, in one line with the file and the line in it: "environments/dev.ts:20:
 * Merge conflict marker encountered." Undefined where the error is no such fault, but a mistake of the program.
 */
export function sourceFaultOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const reason = error.message.split('\n')[0]!;
  if (error instanceof SyntaxError) {
    const place = placeIn(error.stack ?? '') ?? placeByLoading();
    if (place !== undefined) return `${place}: ${reason}`;
    // JSON is told with its file already; any other text was read by us.
    return reason.startsWith(root) ? reason.replace(root, '') : undefined;
  }
  if ('code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return reason.replaceAll(root, '');
  // Data that names what there is not; the same in a chart is a mistake of ours, and told as one.
  const frame = frameIn(error.stack ?? '');
  return frame?.startsWith('environments/') ? `${frame}: ${reason}` : undefined;
}

/** The file and line that Node puts before an error of syntax: in the stack, and on standard error when nobody caught it. */
export function placeIn(told: string, below: string = root): string | undefined {
  const [, file, line] = /^(?:file:\/\/)?(\/.*):(\d+)$/m.exec(told) ?? [];
  return file === undefined ? undefined : `${shown(file, below)}:${line}`;
}

function frameIn(stack: string): string | undefined {
  const [, url, line] = /^ +at .*?(file:\/\/.*?):(\d+):\d+\)?$/m.exec(stack) ?? [];
  return url === undefined ? undefined : `${shown(fileURLToPath(url), root)}:${line}`;
}

function shown(path: string, below: string): string {
  const inside = relative(below, decodeURI(path));
  return inside.startsWith('..') ? path : inside.split(sep).join('/');
}

/** A name that is declared twice is told without its place to who catches it, but not by a process that ends of it. */
function placeByLoading(): string | undefined {
  const folder = new URL('../environments/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const loads = files.map((name) => `await import(${JSON.stringify(new URL(name, folder).href)});`);
  const args = ['--input-type=module', '--eval', loads.join('\n')];
  return placeIn(spawnSync(process.execPath, args, { encoding: 'utf8' }).stderr);
}
