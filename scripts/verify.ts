import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { execa } from 'execa';
import { ZodError } from 'zod';
import { parsePin, pinPath, recordPath, textOf } from './promotion/pins.ts';
import { Refusal } from './promotion/refusal.ts';
import { runCommand } from './promotion/run-command.ts';
import { verifyApplication } from './promotion/verify.ts';

type Options = {
  readonly application?: string;
  readonly soak: number;
  readonly record?: true;
  readonly json?: true;
};

const program = new Command('verify')
  .description('Says whether a region is healthy at exactly the revision of its pin, and since when.')
  .argument('<environment>')
  .argument('<region>')
  .option('--application <file>', 'a saved `kubectl get application -o json`; without it the hub is asked')
  .option(
    '--soak <seconds>',
    'how long it must have been healthy',
    (text) => {
      if (!/^\d+$/.test(text)) throw new InvalidArgumentError('must be a whole number of seconds.');
      return Number(text);
    },
    120,
  )
  .option('--record', 'write the record that the next wave and a rollback go by; commit it')
  .option('--json', 'print the result as JSON')
  .addHelpText('after', '\nExit codes: 0 healthy, 1 not, or it could not be asked, 2 wrong usage.')
  .showHelpAfterError('(scripts/verify --help lists the options)')
  .exitOverride()
  .action(async (environment: string, region: string, options: Options) => {
    const path = pinPath(environment, region);
    const pin = parsePin(read(path), path);
    const now = new Date();
    const application = options.application ?? `kubectl get application ${environment}-${region}`;
    const text =
      options.application === undefined ? await ask(environment, region) : read(options.application);
    const verdict = judge(application, text, pin.revision, options.soak, now);
    const place = `${environment}/${region} at ${pin.revision.slice(0, 12)}`;
    const words = verdict.healthy ? [`healthy since ${verdict.since}`] : verdict.reasons;
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ ...pin, ...verdict }, null, 2)}\n`
        : `${place}: ${words.join('; ')}\n`,
    );
    if (!verdict.healthy) process.exitCode = 1;
    else if (options.record) {
      const record = recordPath(environment, region);
      mkdirSync(dirname(record), { recursive: true });
      writeFileSync(record, textOf({ ...pin, verifiedAt: now.toISOString(), evidence: application }));
    }
  });

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Refusal(`${path} cannot be read`, { cause });
  }
}

async function ask(environment: string, region: string): Promise<string> {
  const args = ['get', 'application', `${environment}-${region}`, '--namespace', 'argocd', '-o', 'json'];
  const { stdout, failed, shortMessage } = await execa('kubectl', args, { reject: false });
  if (failed) throw new Refusal(`the hub could not be asked (${shortMessage}): give --application`);
  return stdout;
}

function judge(
  place: string,
  text: string,
  revision: string,
  soak: number,
  now: Date,
): ReturnType<typeof verifyApplication> {
  try {
    return verifyApplication(JSON.parse(text), revision, soak, now);
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof ZodError)) throw error;
    throw new Refusal(`${place} is not an Argo CD Application as JSON`, { cause: error });
  }
}

process.exitCode = await runCommand(program);
