import { spawnSync } from 'node:child_process';
import { parseWorkflow, type Job, type Step, type Workflow } from './workflow.ts';

/** What the commands of a workflow may name. */
export type Project = {
  /** The scripts of package.json. */
  readonly npmScripts: readonly string[];
  /** Whether a file is there and may be run. */
  isExecutable(path: string): boolean;
};

/** All that is wrong with a workflow, a line for each; empty when it is well. */
export function checkWorkflow(text: string, project: Project): readonly string[] {
  const { workflow, wrong } = parseWorkflow(text);
  return [...wrong, ...uncommentedPins(text), ...(workflow ? checkJobs(workflow, project) : [])];
}

/** A hash alone tells nobody which version it is. */
function uncommentedPins(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^\s*(- )?uses:/.test(line) && !/@[0-9a-f]{40} # v\d+(\.\d+)*$/.test(line))
    .map((line) => `${line.trim()}: pin it by commit, with its version beside it: @<40 digits> # v1.2.3`);
}

function checkJobs(workflow: Workflow, project: Project): string[] {
  return Object.entries(workflow.jobs).flatMap(([name, job]) => {
    const at = (message: string): string => `jobs.${name}: ${message}`;
    return [
      ...checkNeeds(workflow, job).map(at),
      ...checkExpressions(workflow, job).map(at),
      ...checkCredentials(workflow, job).map(at),
      ...job.steps.flatMap((step) => checkStep(step, project)).map(at),
    ];
  });
}

const needsOf = ({ needs = [] }: Job): readonly string[] => (typeof needs === 'string' ? [needs] : needs);

function checkNeeds({ jobs }: Workflow, job: Job): string[] {
  return needsOf(job)
    .filter((needed) => !(needed in jobs))
    .map((needed) => `needs ${needed}, which there is not`);
}

/** Outputs that nobody makes are empty, silently. */
function checkExpressions(workflow: Workflow, job: Job): string[] {
  const text = JSON.stringify(job);
  const steps = new Set(job.steps.map(({ id }) => id));
  const inputs = workflow.on.workflow_dispatch?.inputs ?? {};
  const wrong: string[] = [];
  for (const [, id] of text.matchAll(/\bsteps\.([\w-]+)\./g))
    if (!steps.has(id)) wrong.push(`steps.${id}: no step has this id`);
  for (const [, input] of text.matchAll(/\binputs\.([\w-]+)/g))
    if (inputs[input!] === undefined) wrong.push(`inputs.${input}: there is no such input`);
  for (const [, needed, output] of text.matchAll(/\bneeds\.([\w-]+)\.outputs\.([\w-]+)/g)) {
    const outputs = needsOf(job).includes(needed!) ? workflow.jobs[needed!]?.outputs : undefined;
    const isMade = outputs?.[output!] !== undefined;
    if (!isMade) wrong.push(`needs.${needed}.outputs.${output}: there is no such output`);
  }
  return wrong;
}

/** The token that a checkout leaves behind is for those who push. */
function checkCredentials({ permissions }: Workflow, job: Job): string[] {
  const mayWrite = (job.permissions ?? permissions).contents === 'write';
  return job.steps.flatMap((step) => {
    if (!('uses' in step) || !step.uses.startsWith('actions/checkout@')) return [];
    return mayWrite || step.with?.['persist-credentials'] === false
      ? []
      : ['a checkout keeps a token that the job does not push with: persist-credentials: false'];
  });
}

function checkStep(step: Step, project: Project): string[] {
  if ('uses' in step) return [];
  const { run } = step;
  const wrong: string[] = [];
  // Its value becomes part of the program: a branch's name or a title could be a command. A variable's value cannot.
  if (run.includes('${{')) wrong.push(`an expression inside run: give it by env: ${firstLine(run)}`);
  const { status, stderr } = spawnSync('bash', ['-n'], { input: run, encoding: 'utf8' });
  if (status !== 0) wrong.push(`no shell program: ${firstLine(stderr)}`);
  for (const [path] of run.matchAll(/(?<![\w./-])(scripts|\.ci)\/[\w-]+(?=\s|$)/gm))
    if (!isArgument(run, path) && !project.isExecutable(path)) wrong.push(`${path} is no program of ours`);
  for (const [, script] of run.matchAll(/\bnpm run (?:--silent )?([\w-]+)/g))
    if (!project.npmScripts.includes(script!)) wrong.push(`npm run ${script}: there is no such script`);
  return wrong;
}

/** Folders of tests that are handed to `npm run unit --`. */
function isArgument(run: string, path: string): boolean {
  return run.split('\n').some((line) => line.includes(' -- ') && line.indexOf(path) > line.indexOf(' -- '));
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
