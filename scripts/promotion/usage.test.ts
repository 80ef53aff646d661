import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { gitWorlds, type GitWorld } from './testing/git-world.ts';
import { toolRuns, type Tool } from './testing/run-tool.ts';

// Each step is several processes of git, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const run = toolRuns();

describe.each(['promote', 'rollback', 'release', 'verify'] as const)('%s', (tool) => {
  it('has help, with the exit codes', async () => {
    const { exitCode, stdout } = await run(tool, ['--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Exit codes: 0 .*, 1 .*, 2 wrong usage/);
  });
});

const wrong: [Tool, string[], string][] = [
  ['promote', ['moon', '--wave', '1'], 'promote: there is no environment "moon": dev, staging, production'],
  ['promote', ['production', '--wave', '0'], 'must be a whole number from 1.'],
  ['promote', ['production', '--wave', '9', '--after'], 'promote: production has the waves 1 to 3, not 9'],
  ['promote', ['production'], "error: required option '--wave <number>' not specified"],
  ['rollback', ['production'], 'rollback: which regions? give --region or --wave'],
  ['rollback', ['production', '--wave', '1', '--region', 'us-east'], 'cannot be used with option'],
  [
    'rollback',
    ['production', '--region', 'moon'],
    'rollback: there is no region moon in production: us-east, us-west, eu-central, ap-southeast',
  ],
  ['verify', ['staging', 'us-west'], 'verify: there is no region us-west in staging: us-east, eu-central'],
  ['verify', ['production', 'us-west', '--since', 'yesterday'], 'must be a time with its zone'],
  ['verify', ['production', 'us-west', '--soak', '-1'], 'must be a whole number of seconds'],
  [
    'verify',
    ['production', 'us-west', '--record'],
    'verify: a record of us-west needs a report beside its health: --audit or --prometheus',
  ],
  ['verify', ['production', 'us-west', '--prometheus', 'ftp://x'], 'must be an http or https address.'],
  [
    'promote',
    ['production', '--wave', '3', '--after', '--audit', 'a.json'],
    'promote: --audit a.json: begin it with a region: eu-central=, us-east=',
  ],
  [
    'promote',
    ['production', '--wave', '1', '--after', '--audit', 'us-west=a.json'],
    'promote: --audit us-west=a.json: us-west is not in this wave: ap-southeast',
  ],
  ['promote', ['production', '--wave', '1', '--audit', 'a.json'], 'promote: --audit is for --after'],
  ['promote', ['production', '--wave', '1', '--soak', '60'], 'promote: --soak is for --after'],
  [
    'promote',
    ['production', '--wave', '1', '--after', '--no-render'],
    'promote: --no-render does not go with --after',
  ],
  [
    'promote',
    ['production', '--wave', '1', '--after', '--revision', 'abc'],
    'promote: --revision does not go with --after',
  ],
  ['release', ['show'], "error: missing required argument 'revision'"],
];

const empty: [Tool, string[], string][] = [
  ['promote', ['', '--wave', '1'], 'must not be empty: name an environment.'],
  ['promote', ['production', '--wave', '1', '--revision', ''], 'must not be empty: name a revision.'],
  ['promote', ['production', '--wave', '1', '--remote', ''], 'must not be empty: name a remote.'],
  ['rollback', ['production', '--region', ''], 'must not be empty: name a region.'],
  ['rollback', ['production', '--region', 'us-east', ' '], 'must not be empty: name a region.'],
  ['release', ['make', ''], 'must not be empty: name a revision.'],
  ['release', ['show', ''], 'must not be empty: name a release by its revision.'],
  ['release', ['check', ''], 'must not be empty: name a commit.'],
  ['release', ['image', '--built-from', ''], 'must not be empty: name a commit.'],
  ['verify', ['production', ''], 'must not be empty: name a region.'],
  ['diff', ['', 'HEAD'], 'must not be empty: name a git revision or a folder.'],
  ['diff', ['HEAD', ''], 'must not be empty: name a git revision or a folder.'],
];

describe('in a repository', () => {
  const freshWorld = gitWorlds();
  let world: GitWorld;
  // Nothing is changed here: one world serves all.
  beforeAll(() => void (world = freshWorld()));
  afterAll(() => world.remove());

  it.each([...wrong, ...empty])('%s %j is wrong usage', async (tool, args, message) => {
    const { exitCode, stdout, stderr } = await run(tool, args, { cwd: world.clone.folder });
    expect(stderr).toContain(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });
});
