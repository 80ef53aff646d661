import { z } from 'zod';
import { ConfigError } from './errors.ts';

/** The exit code of a process that can't start as it is configured (sysexits.h, EX_CONFIG). */
export const configExitCode = 78;

/**
 * Reads what a process needs from environment variables.
 *
 * @throws ConfigError naming every missing or wrong variable at once, without any value: values may be secrets.
 */
export function readConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  variables: Readonly<Record<string, string | undefined>>,
): z.infer<z.ZodObject<Shape>> {
  const parsed = z.object(shape).safeParse(variables);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, code }) => {
    const name = String(path[0]);
    return { name, rule: variables[name] === undefined ? 'is missing' : ruleOf(shape[name], code) };
  });
  const unique = [...new Map(problems.map((problem) => [problem.name, problem])).values()];
  throw new ConfigError(
    'configuration-invalid',
    unique.map(({ name, rule }) => `${name} ${rule}`).join('\n'),
    { details: { variables: unique.map(({ name }) => name) } },
  );
}

/** The schema's own words (`.describe('a postgres:// address')`); zod's message is left out, since it may quote a value. */
function ruleOf(schema: unknown, code: string): string {
  const given = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  const description = given instanceof z.ZodType ? given.description : undefined;
  return description === undefined ? `is not valid (${code})` : `must be ${description}`;
}

/** Variables that more than one process reads; each resource adds its own. */
export const variable = {
  address: (protocol: RegExp, words: string) => z.url({ protocol }).describe(words),
  count: (most: number) =>
    z.coerce.number().int().min(1).max(most).describe(`a whole number from 1 to ${most}`),
  /** Secrets go into headers and handshakes: the line break at the end of a file would fail each call instead of the start. */
  secret: (least: number) =>
    z
      .string()
      .min(least)
      .regex(/^\P{Cc}*$/u)
      .describe(`a secret of ${least} characters or more, without control characters or line breaks`),
  file: () => z.string().min(1).describe('the path of a file'),
  json: <Value>(schema: z.ZodType<Value>, words: string) =>
    z
      .string()
      .transform((text, context): unknown => {
        try {
          return JSON.parse(text);
        } catch {
          context.addIssue({ code: 'custom', message: 'is no JSON' });
          return z.NEVER;
        }
      })
      .pipe(schema)
      .describe(words),
  hosts: () =>
    z
      .string()
      .regex(/^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/)
      .transform((list) => list.split(','))
      .describe('a comma-separated list of host:port'),
};
