import { readProcessConfiguration } from '../../../composition/configuration.ts';
import { ConfigError } from '../../../platform/errors.ts';
import { systems, systemsOf } from '../../../platform/resources.ts';
import { listAt, numberAt } from '../../rendered/fields.ts';
import { findingAt, type Finding } from '../manifest.ts';
import type { Container } from '../pods.ts';
import type { Scope } from '../scope.ts';
import { createVariableReader, hasFile, type Variables } from './container-variables.ts';
import type { DeclaredProgram } from './declared-programs.ts';

export type RunningProgram = { readonly container: Container; readonly program: DeclaredProgram };

/** A container whose variables a schema of the code reads. */
export type Configured = {
  readonly container: Container;
  /** @throws ConfigError for what the process would not start with. */
  readonly read: (variables: Readonly<Record<string, string | undefined>>) => void;
  /** The schemas of what may come from the secret store: by them a well-formed value is chosen. */
  readonly samples: Schemas;
};

type Schemas = Readonly<Record<string, { safeParse(value: unknown): { readonly success: boolean } }>>;

/** A program with the configuration that `main.ts` reads for it. */
export function configuredProgram({
  container,
  program: { needs, always, kind },
}: RunningProgram): Configured {
  const names = systemsOf(needs, always);
  return {
    container,
    read: (variables) => void readProcessConfiguration(needs, always, kind === 'gateway', variables),
    samples: Object.assign({}, ...names.map((name) => systems[name])) as Schemas,
  };
}

/** Read by Node itself. */
const ofNode = ['NODE_OPTIONS', 'TZ'];

/**
 * The rendered environment of each program is one that it starts with: its own schema accepts it, no variable is there
 * that nobody reads, the ports are those of its container, and its files are mounted.
 */
export function checkConfiguration(running: readonly Configured[], scope: Scope): readonly Finding[] {
  const variablesOf = createVariableReader(scope);
  const known = new Set(ofNode);
  const findings: Finding[] = [];
  const given = running.map((configured) => {
    const { container } = configured;
    const variables = variablesOf(container);
    findings.push(...configurationOf(configured, variables, known));
    findings.push(...placeOf(container, variables, scope), ...filesOf(container, variables, scope));
    return { container, variables };
  });
  // A variable that a shared ConfigMap brings is one of somebody.
  const unread = given.flatMap(({ container, variables }) =>
    [...variables.keys()]
      .filter((name) => !known.has(name))
      .map((name) => drift(container, `env ${name}`, 'is a variable that no program reads')),
  );
  return [...findings, ...unread];
}

function configurationOf(
  { container, read, samples }: Configured,
  variables: Variables,
  known: Set<string>,
): Finding[] {
  const values = Object.fromEntries(
    [...variables].map(([name, variable]) => [
      name,
      'value' in variable ? variable.value : sampleOf(samples[name]),
    ]),
  );
  // Which variables the schema asks for shows by what it reads.
  const recording = new Proxy(values, {
    get: (target, name) => {
      if (typeof name === 'string') known.add(name);
      return Reflect.get(target, name) as unknown;
    },
  });
  try {
    read(recording);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').map((line) => {
      const [name, ...rule] = line.split(' ');
      return drift(container, `env ${name}`, `${rule.join(' ')}: the process would not start`);
    });
  }
}

const wellFormed = [
  'postgres://user:password@host:5432/database',
  'mongodb://user:password@host:27017/database',
  'smtps://user:password@host:465',
  'https://host/path',
  'host:9092',
  'a-secret-of-sixty-four-characters-that-stands-for-the-one-in-store',
];

/** A value for a variable from the secret store: the first of the samples that the system's own schema takes. */
function sampleOf(schema: Schemas[string] | undefined): string | undefined {
  return wellFormed.find((sample) => schema?.safeParse(sample).success ?? true);
}

function placeOf(container: Container, variables: Variables, scope: Scope): Finding[] {
  const ports = new Map(
    listAt(container.fields, 'ports').map((port) => [port['name'], numberAt(port, 'containerPort')]),
  );
  const wanted: readonly (readonly [string, string | undefined, string])[] = [
    ['REGION', scope.region, 'the region that it is rendered for'],
    ['METRICS_PORT', ports.get('metrics')?.toString(), 'the port metrics of its container'],
    ...(ports.has('http')
      ? [['PORT', ports.get('http')?.toString(), 'the port http of its container'] as const]
      : []),
  ];
  return wanted.flatMap(([name, value, what]) => {
    const variable = variables.get(name);
    if (!variable || !('value' in variable) || variable.value === value) return [];
    return [drift(container, `env ${name}`, `is ${variable.value}, but ${what} is ${value ?? 'not there'}`)];
  });
}

function filesOf(container: Container, variables: Variables, scope: Scope): Finding[] {
  return [...variables].flatMap(([name, variable]) => {
    if (!name.endsWith('_FILE') || !('value' in variable)) return [];
    return hasFile(container, scope, variable.value)
      ? []
      : [drift(container, `env ${name}`, `no volume of the container has ${variable.value}`)];
  });
}

function drift({ pod, path }: Container, what: string, message: string): Finding {
  return findingAt(pod.manifest, `${path}: ${what}`, 'drift', message);
}
