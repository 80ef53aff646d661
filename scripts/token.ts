import { Command, Option } from 'commander';
import { signToken } from '../adapters/auth/tokens.ts';
import { parseUserId } from '../domain/ids.ts';
import { runCommand } from './run-command.ts';
import { stackFromEnvironment } from './stack/index.ts';
import type { LocalStackName } from '../environments/local.ts';

type Options = { readonly role: readonly string[]; readonly stack: LocalStackName; readonly hours: string };

const command = new Command('token.ts')
  .description('Prints a bearer token of a user for a local stack.')
  .argument('<user-id>', 'usr_use_…')
  .option('--role <role...>', 'operator, carrier', [])
  .option('--hours <hours>', 'how long it is good for', '12')
  .addOption(
    new Option('--stack <name>', 'whose secret signs it').choices(['dev', 'test', 'bench']).default('dev'),
  )
  .exitOverride()
  .action(async (userId: string, { role, stack, hours }: Options) => {
    if (!parseUserId(userId)) command.error('error: a user id looks like usr_use_ and 26 characters');
    const lifetimeS = Number(hours) * 3600;
    if (!Number.isInteger(lifetimeS) || lifetimeS <= 0) command.error('error: --hours is a positive number');
    const { authSecret } = stackFromEnvironment(stack);
    process.stdout.write(`${await signToken(authSecret, { userId, roles: role }, { lifetimeS })}\n`);
  });

process.exitCode = await runCommand(command, 2);
