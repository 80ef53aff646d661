import { stringify } from 'yaml';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { filesAtRevision } from '../rendered/revision-files.ts';
import { fileAt, hasCommit, isAncestor, shortOf, treeOf, type Repository } from './repository.ts';
import type { PromotedEnvironment } from './target.ts';
import { hash, parseYamlFile } from './yaml-file.ts';

const pinSchema = z.strictObject({
  environment: z.string(),
  region: z.string(),
  /** The commit whose manifests the region runs. */
  revision: hash,
  /** The tree of `dist/<environment>/<region>` at that commit. */
  tree: hash,
});
const verifiedPinSchema = pinSchema.extend({
  /** When it was found healthy at exactly this revision, ISO 8601. */
  verifiedAt: z.iso.datetime(),
  /** By what: the Application, and the reports or the Prometheus that were looked at. */
  evidence: z.array(z.string().min(1)).nonempty(),
});

/** Which revision a region runs, as Argo CD reads it. */
export type Pin = z.infer<typeof pinSchema>;
/** A pin that was found healthy: what the next wave and a rollback go by. */
export type VerifiedPin = z.infer<typeof verifiedPinSchema>;

const pinFolder = (environment: string): string => `environments/releases/${environment}`;
export const pinPath = (environment: string, region: string): string =>
  `${pinFolder(environment)}/${region}.yaml`;
export const verifiedPath = (environment: string, region: string): string =>
  `environments/releases/verified/${environment}/${region}.yaml`;

/** @throws Refusal naming the file, the field and the rule; a key that is there twice is refused too. */
export function parsePin(text: string, path: string): Pin {
  return inItsFile(parseYamlFile(pinSchema, text, path), path);
}

/** @throws Refusal as `parsePin`. */
export function parseVerifiedPin(text: string, path: string): VerifiedPin {
  return inItsFile(parseYamlFile(verifiedPinSchema, text, path), path);
}

function inItsFile<Read extends Pick<Pin, 'environment' | 'region'>>(pin: Read, path: string): Read {
  if (path.endsWith(`/${pin.environment}/${pin.region}.yaml`)) return pin;
  throw new Refusal(
    `${path}: holds the pin of ${pin.environment}/${pin.region}: a region has one pin, in its own file`,
  );
}

/**
 * The pins of an environment at a commit, by region. Argo CD makes an Application of every file in the folder: one that is
 * no region's own is refused. @throws Refusal
 */
export async function pinsAt(
  repository: Repository,
  commit: string,
  environment: PromotedEnvironment,
): Promise<ReadonlyMap<string, Pin>> {
  const pins = new Map<string, Pin>();
  const folder = pinFolder(environment.name);
  for (const { path: name, text } of await filesAtRevision(repository.folder, commit, folder)) {
    const path = `${folder}/${name}`;
    const pin = parsePin(text, path);
    if (!environment.regions.includes(pin.region)) {
      throw new Refusal(`${path}: there is no region ${pin.region} in ${environment.name}`);
    }
    pins.set(pin.region, pin);
  }
  return pins;
}

/** Of which region a file says that it is the pin. */
const claimSchema = z.looseObject({ environment: z.string(), region: z.string() });

/**
 * Argo CD takes none of two pins of one region, so that moving one of them would move nothing. What is wrong in other regions'
 * files does not matter to this one. @throws Refusal naming the file that should not be there.
 */
export async function refuseSecondPin(
  repository: Repository,
  commit: string,
  { environment, region }: Pin,
): Promise<void> {
  const folder = pinFolder(environment);
  for (const { path: name, text } of await filesAtRevision(repository.folder, commit, folder)) {
    const path = `${folder}/${name}`;
    const claim = claimIn(text, path);
    if (claim?.environment === environment && claim.region === region)
      inItsFile({ environment, region }, path);
  }
}

function claimIn(text: string, path: string): z.infer<typeof claimSchema> | undefined {
  try {
    return parseYamlFile(claimSchema, text, path);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/**
 * Whether a pin says the truth: Argo CD reads its revision alone, so that a wrong tree would go unseen.
 * @throws Refusal naming the file and what is wrong in it.
 */
export async function checkPin(repository: Repository, main: string, pin: Pin): Promise<void> {
  const path = pinPath(pin.environment, pin.region);
  const short = shortOf(pin.revision);
  if (!(await hasCommit(repository, pin.revision))) {
    throw new Refusal(
      `${path}: revision ${short} is not in this repository (a shallow clone: git fetch --unshallow)`,
    );
  }
  if (!(await isAncestor(repository, pin.revision, main))) {
    throw new Refusal(`${path}: revision ${short} is not an ancestor of main`);
  }
  const tree = await treeOf(repository, pin.revision, `dist/${pin.environment}/${pin.region}`);
  if (tree !== pin.tree)
    throw new Refusal(`${path}: tree is ${shortOf(pin.tree)}, but ${short} has ${shortOf(tree)}`);
}

/** The record of a region's last verification at a commit. @throws Refusal as `parsePin`. */
export async function verifiedAt(
  repository: Repository,
  commit: string,
  environment: string,
  region: string,
): Promise<VerifiedPin | undefined> {
  const path = verifiedPath(environment, region);
  const text = await fileAt(repository, commit, path);
  return text === undefined ? undefined : parseVerifiedPin(text, path);
}

/** The text of such a file, always the same for the same values; hashes are quoted. */
export function yamlOf(value: object): string {
  return stringify(value, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 });
}
