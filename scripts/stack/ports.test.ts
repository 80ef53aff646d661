import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { localStack } from '../../environments/local.ts';
import { requireFreePorts } from './ports.ts';

test.each([
  [7000, 8000],
  [8000, 0],
])(
  'a port in use is named with its owner, and an offset that may be taken: %i, %i',
  async (offset, other) => {
    const stack = localStack('bench', offset);
    const owner = createServer().listen(stack.ports.console, stack.host);
    await once(owner, 'listening');
    try {
      const refused = requireFreePorts(stack);
      await expect(refused).rejects.toThrow(
        `port ${stack.ports.console}, needed by the console, is in use by process ${process.pid}`,
      );
      await expect(refused).rejects.toThrow(`MERIDIAN_PORT_OFFSET=${other} scripts/up`);
    } finally {
      owner.close();
    }
  },
);
