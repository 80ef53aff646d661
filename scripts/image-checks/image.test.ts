import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { environments } from '../../environments/index.ts';
import manifest from '../../package.json' with { type: 'json' };

const instructions = readFileSync('Dockerfile', 'utf8')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line));
const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
/** What is copied from the project, not from another stage. */
const copied = instructions
  .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
  .flatMap((line) => line.split(' ').slice(1, -1));
const ignore = readFileSync('.dockerignore', 'utf8').split('\n');
const admitted = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
/** What is run in the image. */
const entries = ['main.ts', 'scripts/smoke.ts', 'scripts/audit-region.ts'];
const isLeftOut = (path: string): boolean => /\.test\.ts$|\/testing(\/|$)|^contracts\/fixtures/.test(path);

it('copies what the context lets in, and the context lets in nothing else', () => {
  expect(new Set(copied)).toEqual(new Set(admitted));
  expect(ignore.indexOf('*')).toBeLessThan(ignore.findIndex((line) => line.startsWith('!')));
});

it('has the Node that the project is developed with, and no tag that moves', () => {
  const bases = instructions.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1]);
  expect(bases).toEqual([
    `node:${manifest.devDependencies.node}-bookworm-slim`,
    'gcr.io/distroless/cc-debian12:nonroot',
  ]);
});

it('runs as the user that the manifests name, by its number', () => {
  expect(lastStage.filter((line) => line.startsWith('USER '))).toEqual(['USER 65532:65532']);
  const services = readFileSync('dist/production/us-east/services.yaml', 'utf8');
  expect(new Set(services.match(/runAsUser: \d+/g))).toEqual(new Set(['runAsUser: 65532']));
});

it('is built for the nodes that it runs on', () => {
  const workflow = parse(readFileSync('.github/workflows/release.yaml', 'utf8'));
  const { steps } = workflow.jobs.image;
  const { platforms } = steps.find(({ id }: { id?: string }) => id === 'build').with;
  const families = environments
    .flatMap(({ regions }) => regions.flatMap(({ nodePools }) => nodePools))
    .filter(({ purpose }) => purpose !== 'data')
    .flatMap(({ instanceFamilies }) => instanceFamilies);
  // Amazon's name of a family with Graviton has a g after its generation.
  const needed = families.map((family) => (/^[a-z]+\d+g/.test(family) ? 'linux/arm64' : 'linux/amd64'));
  expect(new Set(platforms.split(','))).toEqual(new Set(needed));
});

describe('what is in the image', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'meridian-image-'));
    for (const path of admitted)
      cpSync(path, join(folder, path), { recursive: true, filter: (source) => !isLeftOut(source) });
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** As the container would, with these arguments and an environment that has nothing. */
  function start(...args: readonly string[]): { status: number | null; output: string } {
    const entry = JSON.parse(
      lastStage.find((line) => line.startsWith('ENTRYPOINT '))!.slice('ENTRYPOINT '.length),
    ) as string[];
    return run([...entry, ...args]);
  }

  function run([node, ...flags]: readonly string[]): { status: number | null; output: string } {
    expect(node).toBe('/usr/local/bin/node');
    const { status, stdout, stderr } = spawnSync(process.execPath, flags, {
      cwd: folder,
      env: {},
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  }

  it('starts every gateway, worker and relay: each asks for its configuration and nothing else is missing', () => {
    expect(start('--help')).toMatchObject({ status: 0, output: expect.stringContaining('gateway') });
    const all = start('all');
    expect(all.output).toContain('The configuration is not complete:');
    expect(all.status).toBe(78);
  }, 30_000);

  it('has what the jobs around a sync run', () => {
    const commands = jobsOf('dist/production/us-east/jobs.yaml');
    expect([...commands.keys()]).toEqual(['migrate', 'smoke', 'audit']);
    // With no variable and no address, each gets as far as saying so.
    expect(start(...commands.get('migrate')!.args)).toMatchObject({ status: 78 });
    const audit = commands.get('audit')!;
    // What Node itself says would stand in the log of the Job, where the report is read from.
    expect(
      `ENTRYPOINT ${JSON.stringify([...audit.command.slice(0, -1), 'main.ts']).replaceAll('","', '", "')}`,
    ).toBe(instructions.find((line) => line.startsWith('ENTRYPOINT')));
    const { status, output } = run([...audit.command, ...audit.args]);
    expect([status, output]).toEqual([78, expect.stringContaining('MONGO_URL is missing')]);
    const smoke = commands.get('smoke')!;
    const options = smoke.args.filter((argument) => argument.startsWith('--'));
    expect(run([...smoke.command, ...options, '--within-ms=0', 'http://127.0.0.1:2'])).toMatchObject({
      status: 1,
      output: expect.stringContaining('connection refused'),
    });
  }, 30_000);

  it.each(entries)('%s imports only packages that are installed without devDependencies', (entry) => {
    const used = packagesFrom(join(folder, entry));
    expect(used.size).toBeGreaterThan(0);
    const installed = Object.keys(manifest.dependencies);
    expect([...used].filter((name) => !installed.includes(name))).toEqual([]);
  });
});

type Command = { readonly command: readonly string[]; readonly args: readonly string[] };

/** What the Jobs of a rendered file run, by their names. */
function jobsOf(file: string): ReadonlyMap<string, Command> {
  const jobs = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as JobFields);
  return new Map(
    jobs
      .filter(({ kind }) => kind === 'Job')
      .map(({ metadata, spec }) => {
        const { command = [], args } = spec.template.spec.containers[0]!;
        return [metadata.name, { command, args }];
      }),
  );
}

type JobFields = {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly (Partial<Command> & Pick<Command, 'args'>)[] };
    };
  };
};

/** The packages that a module needs, by way of all that it imports. */
function packagesFrom(file: string, seen = new Set<string>(), found = new Set<string>()): Set<string> {
  if (seen.has(file)) return found;
  seen.add(file);
  const imports = /^(?!import type)(?:.* )?from '([^'\n]+)';$|^import '([^'\n]+)';$/gm;
  for (const [, from, bare] of readFileSync(file, 'utf8').matchAll(imports)) {
    const name = from ?? bare ?? '';
    if (name.startsWith('.')) packagesFrom(resolve(dirname(file), name), seen, found);
    else if (!isBuiltin(name)) found.add(name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
  }
  return found;
}
