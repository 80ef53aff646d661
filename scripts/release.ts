import { Command } from 'commander';
import { checkReleases } from './promotion/check.ts';
import { builtDigest, imageFilePath, whyOutdated, writeBuild } from './promotion/image-file.ts';
import { endOnSignal } from './promotion/interruption.ts';
import { announcePullRequest } from './promotion/pull-request.ts';
import { release } from './promotion/release.ts';
import { releaseNamed, releasesAt, type Release } from './promotion/releases.ts';
import { nextStep, releasesTable, releaseReport } from './promotion/report.ts';
import { fetchMain } from './promotion/remote.ts';
import { commitOf, openRepository } from './promotion/repository.ts';
import { named, runCommand } from './run-command.ts';

type Options = { readonly remote: string; readonly json?: true };
type MakeOptions = Options & { readonly push?: true };

const repository = openRepository(process.cwd());
const program = new Command('release')
  .description(
    'Records of what a revision would roll out: its trees by region, and the digests of its images.',
  )
  .addHelpText('after', '\nExit codes: 0 done, 1 refused or something is wrong, 2 wrong usage.')
  .showHelpAfterError('(scripts/release --help lists the commands)')
  .exitOverride();

function command(name: string, description: string, isDefault = false): Command {
  return program
    .command(name, { isDefault })
    .description(description)
    .option('--remote <name>', 'the git remote', named('name a remote'), 'origin')
    .option('--json', 'print the result as JSON')
    .showHelpAfterError('(scripts/release --help lists the commands)')
    .exitOverride();
}

const print = (options: Options, value: unknown, text: string): boolean =>
  process.stdout.write(`${options.json ? JSON.stringify(value, null, 2) : text}\n`);

command('make', 'makes the record of a revision that is on main (the command where none is named)', true)
  .argument('[revision]', 'which revision (default: the remote’s main)', named('name a revision'))
  .option('--push', 'push the branch with the record, and open the pull request where gh is installed')
  .action(async (revision: string | undefined, options: MakeOptions) => {
    const push = options.push ? 'branch' : 'not-yet';
    const result = await release(repository, { revision, remote: options.remote, push });
    const isMade = result.outcome === 'made';
    const next = isMade ? nextStep(result) : 'the newest release is the very same: nothing was made';
    print(options, result, `${releaseReport(result.release)}\n${next}`);
    if (!isMade || result.push !== 'branch') return;
    const body = `The trees and digests of ${result.release.revision}.`;
    await announcePullRequest(repository, { ...result, body });
  });

command('list', 'lists the releases on main, the newest first').action(async (options: Options) => {
  const releases: readonly Release[] = await releasesAt(
    repository,
    await fetchMain(repository, options.remote),
  );
  print(options, releases, releases.length === 0 ? 'there is none' : releasesTable(releases));
});

command('show', 'shows a release on main')
  .argument('<revision>', 'its revision, or the beginning of it', named('name a release by its revision'))
  .action(async (name: string, options: Options) => {
    const main = await fetchMain(repository, options.remote);
    const found = await releaseNamed(repository, main, name);
    print(options, found, releaseReport(found));
  });

command('check', 'says whether pins, verified pins, records and freezes of a commit are true')
  .argument('[commit]', 'which commit', named('name a commit'), 'HEAD')
  .option(
    '--base <commit>',
    'the main that has what they name (default: the commit itself)',
    named('name a commit'),
  )
  .action(async (head: string, options: Options & { readonly base?: string }) => {
    const wrong = await checkReleases(repository, head, options.base ?? head);
    print(options, { wrong }, wrong.length === 0 ? 'all of them are true' : wrong.join('\n'));
    if (wrong.length > 0) process.exitCode = 1;
  });

program
  .command('image')
  .description(
    'puts a build into environments/image.json (render and commit afterwards), or says if one is due',
  )
  .argument('[digest]', 'sha256:… of the build; without it nothing is written', builtDigest)
  .option('--built-from <commit>', 'whose sources are in it', named('name a commit'), 'HEAD')
  .option('--json', 'print the result as JSON')
  .showHelpAfterError('(scripts/release --help lists the commands)')
  .exitOverride()
  .action(async (digest: string | undefined, options: { builtFrom: string; json?: true }) => {
    const commit = await commitOf(repository, options.builtFrom);
    if (digest === undefined) {
      const why = await whyOutdated(repository, commit);
      const told = why ?? 'the image has the sources of this commit';
      process.stdout.write(`${options.json ? JSON.stringify({ isDue: why !== undefined, told }) : told}\n`);
    } else {
      const written = await writeBuild(imageFilePath, digest, commit);
      process.stdout.write(`${options.json ? JSON.stringify({ written }) : written}\n`);
    }
  });

endOnSignal();
process.exitCode = await runCommand(program);
