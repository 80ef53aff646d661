import { execa } from 'execa';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { environments } from '../environments/index.ts';
import { isFolder } from './manifest-checks/schemas/sources.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

// Each run is a process that reads every schema, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

const hasSchemas = isFolder('../shared/openapi') && isFolder('../shared/crds');
const place = `${environments[0]!.name}/${environments[0]!.regions[0]!.name}`;

/** Nothing is loaded from the network in tests, and nothing of this machine's cache is used. */
async function manifests(...args: readonly string[]) {
  const env = { MERIDIAN_CACHE: temporaryFolder('cache') };
  const result = await execa('node', ['scripts/manifests.ts', '--no-download', ...args], {
    reject: false,
    env,
  });
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

function copyOfDist(): string {
  const folder = temporaryFolder('dist');
  mkdirSync(join(folder, place), { recursive: true });
  cpSync(join('dist', place), join(folder, place), { recursive: true });
  return folder;
}

test('wrong usage is one line and exit code 2', async () => {
  expect(await manifests('mars')).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: 'manifests: dist/mars: no manifests there',
  });
  expect(await manifests('--crds', 'nowhere')).toMatchObject({
    exitCode: 2,
    stderr: 'manifests: --crds nowhere: no such folder',
  });
  expect((await manifests('--nonsense')).exitCode).toBe(2);
});

test('without schemas it says what it could not check, and fails unless that is allowed', async () => {
  const empty = temporaryFolder('empty');
  const without = [place, '--openapi', empty, '--crds', empty, '--json'];
  const { exitCode, stdout } = await manifests(...without);
  const report = JSON.parse(stdout) as { checked: number; objects: number; unchecked: { objects: number }[] };
  expect([exitCode, report.checked]).toEqual([1, 0]);
  expect(report.unchecked.reduce((sum, { objects }) => sum + objects, 0)).toBe(report.objects);
  expect((await manifests(...without, '--allow-missing-schemas')).exitCode).toBe(0);
});

test.skipIf(!hasSchemas)(
  'what is rendered passes; an edited file is named with its object and field',
  async () => {
    const dist = copyOfDist();
    const passed = await manifests('--dist', dist, place);
    expect(passed).toMatchObject({ exitCode: 0, stderr: '' });
    // What stands in for a project's own definition is told.
    expect(passed.stdout).toMatch(/^\d+ objects of \d+ kinds were checked with a schema written here/m);
    const { own } = JSON.parse((await manifests('--dist', dist, place, '--json')).stdout) as {
      own: { kind: string; objects: number }[];
    };
    expect(own).toContainEqual({ kind: 'aws.upbound.io/v1beta1 ProviderConfig', objects: 1 });
    const file = join(dist, place, 'services.yaml');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('revisionHistoryLimit: 3', 'revisionHistoryLimits: 3'),
    );
    const { exitCode, stdout } = await manifests('--dist', dist, place);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/unknown-field .* Deployment meridian\/\S+ .* spec\.revisionHistoryLimits /);
    expect(stdout).toContain(`${place}/services.yaml`);
  },
);
