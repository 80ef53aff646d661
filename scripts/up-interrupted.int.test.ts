import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { localStack } from '../environments/local.ts';
import { resetStack, stackStatus } from './stack/index.ts';

const stack = localStack('test', 6000);
const up = fileURLToPath(new URL('up', import.meta.url));

afterAll(async () => resetStack(stack));

test.each(['✔ postgres', '… seeding', '… starting the gateways', 'Running until Ctrl-C'])(
  'Ctrl-C at "%s" ends everything, with no stack trace',
  async (line) => {
    const run = execa(up, ['--stack', 'test', '--no-orders'], {
      env: { MERIDIAN_PORT_OFFSET: '6000' },
      all: true,
      reject: false,
    });
    let shown = '';
    for await (const chunk of run.iterable({ from: 'all' })) {
      shown += `${chunk}\n`;
      if (chunk.includes(line)) run.kill('SIGINT');
    }
    const { exitCode } = await run;

    expect(shown).toContain(line);
    expect(shown).toContain('Stopping …');
    expect(shown).not.toContain('    at ');
    expect(exitCode).toBe(line.startsWith('Running') ? 0 : 130);
    expect(stackStatus(stack).filter(({ state }) => state === 'running')).toEqual([]);
  },
);
