import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const project = z.string().regex(/^[\w.-]+\/[\w.-]+$/);
const locationsSchema = z.strictObject({
  kubernetes: z.strictObject({ project, version: z.string(), path: z.string() }),
  projects: z.array(
    z.strictObject({
      project,
      version: z.string(),
      /** Of the version; where it is not known here, the version is the project's tag. */
      commit: z
        .string()
        .regex(/^[0-9a-f]{40}$/)
        .optional(),
      kinds: z.record(z.string(), z.string()),
    }),
  ),
});

/** A file of a project at a revision. */
export type SchemaFile = {
  readonly type: 'openapi' | 'crds';
  readonly project: string;
  readonly revision: string;
  readonly path: string;
};

const locations = locationsSchema.parse(
  parse(readFileSync(join(import.meta.dirname, 'locations.yaml'), 'utf8')),
);

/** The file that has the schema of a kind; undefined where `locations.yaml` does not know the group. */
export function schemaFileOf(apiVersion: string, kind: string): SchemaFile | undefined {
  const [group = '', version] = apiVersion.split('/');
  const name = `${group}/${kind}`;
  const found = locations.projects.find(({ kinds }) => kinds[name] !== undefined);
  if (found) {
    const { project: of, version: tag, commit = tag } = found;
    return { type: 'crds', project: of, revision: commit, path: found.kinds[name]! };
  }
  const isBuiltIn = version === undefined || !group.includes('.') || isKubernetesGroup(group);
  return isBuiltIn
    ? openApiFile(version === undefined ? `api__${group}` : `apis__${group}__${version}`)
    : undefined;
}

/** Every custom resource has metadata, and its type is described with the core kinds. */
export const coreFile = (): SchemaFile => openApiFile('api__v1');

function openApiFile(name: string): SchemaFile {
  const { project: of, version: revision, path } = locations.kubernetes;
  return { type: 'openapi', project: of, revision, path: `${path}/${name}_openapi.json` };
}

const isKubernetesGroup = (group: string): boolean =>
  /^(admissionregistration|apiextensions|certificates|coordination|discovery|events|flowcontrol.apiserver|networking|node|rbac.authorization|resource|scheduling|storage)\.k8s\.io$/.test(
    group,
  );
