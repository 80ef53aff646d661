import { Command } from 'commander';
import { execa } from 'execa';
import { settleTree } from '../k8s/swap-tree.ts';
import { openRepository, refuseDirty } from './promotion/repository.ts';
import { Refusal } from './refusal.ts';
import { runCommand } from './run-command.ts';

const command = new Command('rendered')
  .description('Says whether the committed dist/ is what the sources render.')
  .addHelpText(
    'after',
    '\nExit codes: 0 it is, 1 it is not, or something in it is not committed, 2 wrong usage.',
  )
  .showHelpAfterError('(npm run rendered -- --help tells more)')
  .exitOverride()
  .action(act);

async function act(): Promise<void> {
  const repository = openRepository(process.cwd());
  settleTree('dist');
  // To render over an edit would take it away, and whoever made it would not know that it was never looked at.
  await refuseDirty(repository, ['dist']);
  const options = { preferLocal: true, stdout: 'ignore', stderr: 'inherit', reject: false } as const;
  const { failed, exitCode } = await execa('cdk8s', ['synth', '--check-upgrade=false'], options);
  if (failed) throw new Refusal(`cdk8s synth ended with ${exitCode ?? 'a signal'}`);
  await refuseDirty(
    repository,
    ['dist'],
    ['is not what the sources render', 'it is now: look at it, and commit it'],
  );
}

process.exitCode = await runCommand(command);
