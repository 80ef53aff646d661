import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import { expect, test } from 'vitest';
import { importRules, ours } from './import-rules.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

/** Names of the rules that an import breaks in a repository of these two files. */
async function broken(from: string, to: string): Promise<string[]> {
  const folder = temporaryFolder('imports');
  for (const [file, text] of [
    [to, 'export const value = 1;\n'],
    [
      from,
      `import { value } from '${'../'.repeat(from.split('/').length - 1) || './'}${to}';\nvoid value;\n`,
    ],
    ['tsconfig.json', '{}'],
  ] as const) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const { output } = await cruise([from, to], {
    ...importRules.options,
    tsConfig: { fileName: join(folder, 'tsconfig.json') },
    baseDir: folder,
    ruleSet: { forbidden: importRules.forbidden ?? [] },
    validate: true,
  });
  if (typeof output === 'string') throw new TypeError('dependency-cruiser answered with text');
  expect(output.summary.totalCruised).toBe(2);
  return output.summary.violations.map(({ rule }) => rule.name);
}

test.each([
  ['composition/process.ts', 'gateways/order.ts', 'imports-of-composition'],
  ['composition/process.ts', 'main.ts', 'imports-of-composition'],
  ['composition/process.ts', 'scripts/up.ts', 'imports-of-composition'],
  ['main.ts', 'k8s/programs.ts', 'imports-of-main'],
  ['main.ts', 'environments/local.ts', 'imports-of-main'],
  ['scripts/up.ts', 'bench/main.ts', 'nobody-needs-benchmarks'],
  ['workers/one.ts', 'composition/process.ts', 'imports-of-workers'],
  ['workers/one.ts', 'workers/two.ts', 'no-worker-to-worker'],
  ['adapters/kafka/bus.ts', 'platform/worker.ts', 'adapters-see-ports-only'],
])('%s may not import %s', async (from, to, rule) => {
  expect(await broken(from, to)).toContain(rule);
});

test.each([
  ['main.ts', 'composition/process.ts'],
  ['main.ts', 'gateways/index.ts'],
  ['composition/process.ts', 'adapters/kafka/bus.ts'],
  ['bench/main.ts', 'composition/process.ts'],
  ['adapters/kafka/bus.ts', 'platform/telemetry.ts'],
])('%s may import %s', async (from, to) => {
  expect(await broken(from, to)).toEqual([]);
});

test('every folder of ours that has programs is looked at', () => {
  const folders = readdirSync('.', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^\.|^(node_modules|dist)$/.test(entry.name))
    .map(({ name }) => name)
    .filter((name) => readdirSync(name, { recursive: true }).some((file) => String(file).endsWith('.ts')));
  expect(folders.toSorted()).toEqual(ours.toSorted());
});
