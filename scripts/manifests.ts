import { Command, CommanderError } from 'commander';
import { environments } from '../environments/index.ts';
import { checkManifests, type Report } from './manifest-checks/check.ts';
import { readManifests } from './manifest-checks/read-manifests.ts';
import { renderReport } from './manifest-checks/render-report.ts';
import { openCatalogue } from './manifest-checks/schemas/sources.ts';

type Options = {
  readonly dist: string;
  readonly openapi: string;
  readonly crds: string;
  readonly allowMissingSchemas?: true;
  readonly json?: true;
};

const command = new Command('manifests')
  .description('Checks every manifest in dist/ against the real schemas, and against the rules of the fleet.')
  .argument('[place...]', 'only <environment> or <environment>/<region>')
  .option('--dist <folder>', 'the rendered manifests', 'dist')
  .option('--openapi <folder>', 'OpenAPI v3 documents of the built-in kinds', '../shared/openapi')
  .option('--crds <folder>', 'definitions of the custom kinds', '../shared/crds')
  .option('--allow-missing-schemas', 'pass although some objects had no schema to be checked with')
  .option('--json', 'print the report as JSON')
  .addHelpText(
    'after',
    '\nExit codes: 0 all is well, 1 something is wrong or was not checked, 2 wrong usage.',
  )
  .showHelpAfterError('(scripts/manifests --help lists the options)')
  .exitOverride();

function isPassed({ findings, unchecked }: Report, options: Options): boolean {
  return findings.length === 0 && (unchecked.length === 0 || options.allowMissingSchemas === true);
}

function main(): number {
  try {
    command.parse();
    const options = command.opts<Options>();
    const read = readManifests(options.dist, command.args);
    const report = checkManifests(
      read,
      openCatalogue({ openapi: [options.openapi], crds: [options.crds] }),
      environments,
    );
    process.stdout.write(`${options.json ? JSON.stringify(report, null, 2) : renderReport(report)}\n`);
    return isPassed(report, options) ? 0 : 1;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof RangeError)) throw error;
    process.stderr.write(`manifests: ${error.message}\n`);
    return 2;
  }
}

process.exitCode = main();
