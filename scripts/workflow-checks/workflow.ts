import { parseDocument } from 'yaml';
import { z } from 'zod';

const permission = z.enum(['read', 'write', 'none']);
/** Each permission by name: `write-all` and the like say nothing. */
const permissions = z.partialRecord(
  z.enum(['actions', 'attestations', 'contents', 'id-token', 'packages', 'pull-requests']),
  permission,
);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const variables = z.record(z.string(), scalar);
const concurrency = z.strictObject({ group: z.string(), 'cancel-in-progress': z.boolean() });
const named = { id: z.string().optional(), name: z.string().optional(), if: z.string().optional() };

const step = z.union([
  z.strictObject({ ...named, uses: z.string(), with: variables.optional(), env: variables.optional() }),
  z.strictObject({ ...named, run: z.string(), env: variables.optional() }),
]);

const job = z.strictObject({
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  if: z.string().optional(),
  'runs-on': z.string().regex(/^[a-z]+-\d/, 'must name a version of the runner'),
  'timeout-minutes': z.number().int().min(1).max(60),
  permissions: permissions.optional(),
  environment: z.string().optional(),
  outputs: z.record(z.string(), z.string()).optional(),
  env: variables.optional(),
  steps: z.array(step).nonempty(),
});

/** `pull_request_target` and `workflow_run` are left out on purpose: they run a stranger's change with our rights. */
const events = z.strictObject({
  push: z.strictObject({ branches: z.array(z.string()).nonempty() }).optional(),
  pull_request: z.null().optional(),
  workflow_dispatch: z
    .strictObject({
      inputs: z.record(
        z.string(),
        z.strictObject({
          description: z.string(),
          type: z.enum(['choice', 'string', 'boolean']),
          options: z.array(z.string()).nonempty().optional(),
          default: scalar.optional(),
          required: z.boolean().optional(),
        }),
      ),
    })
    .nullable()
    .optional(),
});

const workflowSchema = z.strictObject({
  name: z.string(),
  on: events,
  permissions,
  concurrency,
  jobs: z.record(z.string().regex(/^[a-z-]+$/), job),
});

/** A workflow of GitHub Actions, as far as ours go: what is not here is refused. */
export type Workflow = z.infer<typeof workflowSchema>;
export type Job = Workflow['jobs'][string];
export type Step = Job['steps'][number];

/** @returns the workflow, or what is wrong with its shape: a line for each. */
export function parseWorkflow(text: string): {
  readonly workflow?: Workflow;
  readonly wrong: readonly string[];
} {
  // YAML 1.2 in strict mode: a key that is there twice is an error, and `on` is no boolean.
  const document = parseDocument(text);
  if (document.errors.length > 0) return { wrong: document.errors.map(({ message }) => firstLine(message)) };
  const parsed = workflowSchema.safeParse(document.toJS());
  if (parsed.success) return { workflow: parsed.data, wrong: [] };
  return { wrong: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) };
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
