import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll } from 'vitest';

export type Tool = 'promote' | 'rollback' | 'release' | 'verify' | 'diff';

export type Run = { readonly exitCode: number | undefined; readonly stdout: string; readonly stderr: string };

type Where = { readonly cwd: string; readonly path?: string };

/**
 * For a test file: runs the tools as a person does. Half of a tool's time is to compile it: the runs of a file share what Node
 * keeps of that.
 */
export function toolRuns(): (tool: Tool, args: readonly string[], where?: Where) => Promise<Run> {
  const compiled = mkdtempSync(join(tmpdir(), 'meridian-compiled-'));
  afterAll(() => rmSync(compiled, { recursive: true }));
  /** Programs of a test's own before those of the PATH, or instead of them. */
  return async (tool, args, { cwd, path = process.env['PATH'] } = { cwd: '.' }) => {
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [resolve(`scripts/${tool}.ts`), ...args],
      { cwd, env: { PATH: path, NODE_COMPILE_CACHE: compiled }, reject: false },
    );
    return { exitCode, stdout, stderr };
  };
}
