import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { checkWorkflow, type Project } from './check.ts';

const folder = '.github/workflows';
const files = readdirSync(folder);
const project: Project = {
  npmScripts: Object.keys(manifest.scripts),
  isExecutable(path) {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  },
};

describe('our workflows', () => {
  it('are those of the design', () => {
    expect(files.toSorted()).toEqual(['promote.yaml', 'pull-request.yaml', 'release.yaml', 'test.yaml']);
  });

  it.each(files)('%s is well', (file) => {
    expect(checkWorkflow(readFileSync(`${folder}/${file}`, 'utf8'), project)).toEqual([]);
  });

  // Where actionlint is on the PATH it has its say too; our own checks do not know every expression and every runner.
  const linter = 'actionlint';
  const isThere = spawnSync(linter, ['-version']).error === undefined;
  it.runIf(isThere)('please actionlint', () => {
    const { stdout, status } = spawnSync(
      linter,
      files.map((file) => `${folder}/${file}`),
      {
        encoding: 'utf8',
      },
    );
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });
});

const hash = '08c6903cd8c0fde910a37f88322edcfb5dd907a8';
const good = `name: a
on: { push: { branches: [main] } }
permissions: { contents: read }
concurrency: { group: a, cancel-in-progress: true }
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    outputs: { digest: '\${{ steps.build.outputs.digest }}' }
    steps:
      - uses: actions/checkout@${hash} # v5.0.0
        with: { persist-credentials: false }
      - id: build
        run: npm run rendered
  two:
    needs: one
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - env: { DIGEST: '\${{ needs.one.outputs.digest }}' }
        run: scripts/release image "$DIGEST"
`;

function check(change: (text: string) => string): readonly string[] {
  return checkWorkflow(change(good), project);
}

describe('a workflow', () => {
  it('is well', () => {
    expect(check((text) => text)).toEqual([]);
  });

  const wrong: [string, string, string, string | RegExp][] = [
    ['an action by its tag', `@${hash} # v5.0.0`, '@v5', /^- uses: actions\/checkout@v5: pin it by commit/],
    ['a commit without its version', ' # v5.0.0', '', /: pin it by commit, with its version beside it/],
    ['no permissions', 'permissions: { contents: read }\n', '', /^permissions: /],
    ['all permissions', '{ contents: read }', 'write-all', /^permissions: /],
    ['no time limit', '    timeout-minutes: 5\n', '', /^jobs\.one\.timeout-minutes: /],
    ['the newest runner', 'ubuntu-24.04', 'ubuntu-latest', /runs-on: must name a version of the runner$/],
    ['an unknown key', 'name: a', 'nam: a', /^: Unrecognized key: "nam"$/],
    ['a key twice', 'name: a', 'name: a\nname: b', /^Map keys must be unique/],
    [
      'a stranger’s change with our rights',
      'push: { branches: [main] }',
      'pull_request_target: null',
      /^on: /,
    ],
    [
      'an expression inside run',
      'image "$DIGEST"',
      'image ${{ github.event.pull_request.title }}',
      'jobs.two: an expression inside run: give it by env: scripts/release image ${{ github.event.pull_request.title }}',
    ],
    [
      'a program that is not there',
      'scripts/release',
      'scripts/relaese',
      'jobs.two: scripts/relaese is no program of ours',
    ],
    [
      'a script that is not there',
      'run rendered',
      'run renderd',
      'jobs.one: npm run renderd: there is no such script',
    ],
    ['a job that is not there', 'needs: one', 'needs: zero', 'jobs.two: needs zero, which there is not'],
    [
      'an output that nobody makes',
      'needs.one.outputs.digest',
      'needs.one.outputs.digset',
      'jobs.two: needs.one.outputs.digset: there is no such output',
    ],
    ['a step that is not there', '- id: build', '- id: built', 'jobs.one: steps.build: no step has this id'],
    ['a shell error', 'npm run rendered', '"npm run rendered ("', /^jobs\.one: no shell program: /],
    [
      'a token left behind',
      '\n        with: { persist-credentials: false }',
      '',
      'jobs.one: a checkout keeps a token that the job does not push with: persist-credentials: false',
    ],
  ];
  it.each(wrong)('is not well: %s', (_, from, to, message) => {
    const found = check((text) => text.replace(from, to));
    const matching = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(found).toContainEqual(matching);
  });
});
