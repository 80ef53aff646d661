import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { outliveReaders } from '../platform/closed-output.ts';
import { configExitCode } from '../platform/config.ts';
import { ConfigError } from '../platform/errors.ts';
import { audit } from './auditor/audit.ts';
import { regionSettings } from './auditor/region.ts';
import { renderAudit } from './auditor/render.ts';
import { exitCodes } from './auditor/report.ts';
import { connectSources } from './auditor/sources.ts';
import { named } from './run-command.ts';

type Options = {
  readonly environment: string;
  readonly json?: true;
  readonly settleMs: number;
  readonly sinceLastClean?: true;
};

// The auditor where there is no local stack: in the image of the programs, after a sync.
const command = new Command('audit-region')
  .description('Checks the invariants of the design over the systems that the environment variables name.')
  .requiredOption('--environment <name>', 'whose region it is, for the report', named('name an environment'))
  .option('--json', 'print the report as JSON')
  .option('--settle-ms <ms>', 'how long to wait until nothing is under way', milliseconds, 15_000)
  .option(
    '--since-last-clean',
    'only what has changed since the last clean audit of this kind, or all where there was none; leaves the next checkpoint',
  )
  .addHelpText(
    'after',
    '\nReads REGION, PARTITIONS, POSTGRES_URL, KAFKA_BROKERS (KAFKA_CA_FILE, KAFKA_CERT_FILE, KAFKA_KEY_FILE) and MONGO_URL.' +
      '\nWithout PAYMENT_PROVIDER_URL and SMTP_SINK_URL their books are left out, and the report says so; logs always are.' +
      '\n\nExit codes: 0 clean, 1 violations, 2 wrong usage, 3 could not check (a system is away), 78 wrong configuration.',
  )
  .showHelpAfterError('(--help lists the options)')
  .exitOverride();

function milliseconds(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a number of ms, 0 or more');
  return value;
}

async function main(): Promise<number> {
  outliveReaders();
  try {
    command.parse();
    const { environment, json, settleMs, sinceLastClean = false } = command.opts<Options>();
    const opened = connectSources(regionSettings(environment, process.env));
    try {
      const report = await audit(opened.sources, { settleMs, sinceLastClean });
      process.stdout.write(`${json ? JSON.stringify(report, null, 2) : renderAudit(report)}\n`);
      return exitCodes[report.verdict];
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`The configuration is not complete:\n${error.message}\n`);
    return configExitCode;
  }
}

process.exitCode = await main();
