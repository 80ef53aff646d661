import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

const files = [...readdirSync('scripts').map((name) => `scripts/${name}`), 'main.ts', 'bench/main.ts'];
const tools = files.filter(
  (file) => /(?<!\.test)\.ts$/.test(file) && readFileSync(file, 'utf8').includes('new Command('),
);

/** Runs a tool whose reader has gone before it writes: closed at once, while Node still starts. */
async function unread(file: string, option: string, closed: 'stdout' | 'stderr') {
  const child = spawn(process.execPath, [file, option], { stdio: ['ignore', 'pipe', 'pipe'] });
  child[closed].destroy();
  const [rest, [exitCode]] = await Promise.all([
    text(closed === 'stdout' ? child.stderr : child.stdout),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { exitCode, rest };
}

it.each(tools)(
  '%s ends quietly when nobody reads its help, or what was wrong',
  { timeout: 30_000 },
  async (file) => {
    expect(await unread(file, '--help', 'stdout')).toEqual({ exitCode: 0, rest: '' });
    expect(await unread(file, '--no-such-option', 'stderr')).toEqual({ exitCode: 2, rest: '' });
  },
);

it('has looked at all tools', () => {
  const wrappers = readdirSync('scripts', { withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.includes('.'),
  );
  const started = wrappers.flatMap(({ name }) =>
    [...readFileSync(`scripts/${name}`, 'utf8').matchAll(/scripts\/[\w-]+\.ts(?= "\$@")/g)].map(String),
  );
  expect(started.length).toBeGreaterThan(10);
  expect(started.filter((file) => !tools.includes(file))).toEqual(['scripts/run-tests.ts']);
});
