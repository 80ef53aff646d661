import { Command } from 'commander';
import type { Report } from './manifest-checks/check.ts';
import { readManifests, type ReadManifests } from './manifest-checks/read-manifests.ts';
import { renderReport } from './manifest-checks/render-report.ts';
import { completeCatalogue } from './manifest-checks/schemas/complete-catalogue.ts';
import { dryRunOnServer } from './manifest-checks/server-dry-run.ts';
import { isFolder } from './manifest-checks/schemas/sources.ts';
import { runCommand } from './run-command.ts';
import { cacheFolder } from './stack/folders.ts';

type Options = {
  readonly dist: string;
  readonly openapi: string;
  readonly crds: string;
  readonly download: boolean;
  readonly allowMissingSchemas?: true;
  readonly server?: true;
  readonly context?: string;
  readonly json?: true;
};

const command = new Command('manifests')
  .description(
    'Checks every manifest in dist/ against the real schemas, the rules of the fleet and the code.',
  )
  .argument('[place...]', 'only <environment> or <environment>/<region>')
  .option('--dist <folder>', 'the rendered manifests', 'dist')
  .option(
    '--openapi <folder>',
    'OpenAPI v3 documents of the built-in kinds (MERIDIAN_OPENAPI)',
    process.env['MERIDIAN_OPENAPI'] || '../shared/openapi',
  )
  .option(
    '--crds <folder>',
    'definitions of the custom kinds (MERIDIAN_CRDS)',
    process.env['MERIDIAN_CRDS'] || '../shared/crds',
  )
  .option('--no-download', 'do not load schemas that are missing from their projects into MERIDIAN_CACHE')
  .option('--allow-missing-schemas', 'pass although some objects had no schema to be checked with')
  .option('--server', "also have the API server of the kubeconfig's cluster check them (a strict dry run)")
  .option('--context <name>', 'which cluster of the kubeconfig')
  .option('--json', 'print the report as JSON')
  .addHelpText(
    'after',
    '\nExit codes: 0 all is well, 1 something is wrong or could not be checked, 2 wrong usage.',
  )
  .showHelpAfterError('(scripts/manifests --help lists the options)')
  .exitOverride()
  .action(act);

async function act(places: readonly string[], options: Options): Promise<void> {
  expectFolders(options);
  const { isPassed } = await import('./manifest-checks/check.ts');
  const report = await reportOf(readManifests(options.dist, places), options);
  process.stdout.write(`${options.json ? JSON.stringify(report, null, 2) : renderReport(report)}\n`);
  if (!isPassed(report, options.allowMissingSchemas === true)) process.exitCode = 1;
}

/** A folder that was named must be there; the defaults need not be. */
function expectFolders(options: Options): void {
  for (const name of ['openapi', 'crds'] as const) {
    const isNamed = command.getOptionValueSource(name) === 'cli';
    if (isNamed && !isFolder(options[name]))
      throw new RangeError(`--${name} ${options[name]}: no such folder`);
  }
}

async function reportOf(read: ReadManifests, options: Options): Promise<Report> {
  // Loaded here: the sources of the fleet may be in the middle of a merge.
  const { environments } = await import('../environments/index.ts');
  const { checkManifests } = await import('./manifest-checks/check.ts');
  const objects = read.manifests.map(({ object }) => object);
  const folders = { openapi: [options.openapi], crds: [options.crds] };
  const { catalogue, loaded, failed } = await completeCatalogue(objects, folders, {
    cache: cacheFolder(),
    download: options.download,
  });
  if (loaded > 0) process.stderr.write(`manifests: ${loaded} schemas loaded into ${cacheFolder()}\n`);
  if (failed.length > 0)
    process.stderr.write(`manifests: ${failed.length} schemas could not be loaded, first ${failed[0]}\n`);
  const report = checkManifests(read, catalogue, environments);
  if (!options.server) return report;
  const files = [...new Set(read.manifests.map(({ file }) => file))];
  const { context } = options;
  const { findings, ...server } = await dryRunOnServer(files, context === undefined ? {} : { context });
  return { ...report, findings: [...report.findings, ...findings], server };
}

process.exitCode = await runCommand(command, 2);
