import { z } from 'zod';
import { filesAtRevision } from '../rendered/revision-files.ts';
import { imagesIn } from './images.ts';
import { yamlOf } from './pins.ts';
import { Refusal } from '../refusal.ts';
import { commitOf, fileAt, isAncestor, shortOf, type Repository } from './repository.ts';
import { hash, parseYamlFile } from './yaml-file.ts';

const releaseSchema = z.strictObject({
  revision: hash,
  /** When the revision was committed, ISO 8601. */
  committedAt: z.iso.datetime({ offset: true }),
  /** The images that the manifests name by digest. */
  images: z.array(z.string().regex(/@sha256:[0-9a-f]{64}$/, 'must be an image by its digest')),
  /** The tree of `dist/<environment>/<region>`, by environment and region; `hub` is the cluster that Argo CD runs on, `edge` the Worker. */
  trees: z.record(z.string(), z.record(z.string(), hash)),
});

/** What a revision would roll out: it can be promoted when this is on main. */
export type Release = z.infer<typeof releaseSchema>;

const folder = 'environments/releases/records';
export const releasePath = (revision: string): string => `${folder}/${shortOf(revision)}.yaml`;

/** Reads a committed revision. @throws Refusal when it has no `dist/`. */
export async function releaseOf(repository: Repository, name: string): Promise<Release> {
  const revision = await commitOf(repository, name);
  const trees = await treesAt(repository, revision);
  if (Object.keys(trees).length === 0) throw new Refusal(`dist is not in revision ${shortOf(revision)}`);
  const files = await filesAtRevision(repository.folder, revision, 'dist');
  return {
    revision,
    committedAt: await repository.run('show', '--no-patch', '--format=%cI', revision),
    images: imagesIn(files).filter((image) => image.includes('@sha256:')),
    trees,
  };
}

async function treesAt(repository: Repository, revision: string): Promise<Release['trees']> {
  const trees: Record<string, Record<string, string>> = {};
  const listed = await repository.run('ls-tree', '-r', '-d', '-z', revision, '--', 'dist/');
  for (const line of listed.split('\0').filter((text) => text !== '')) {
    const [meta = '', path = ''] = line.split('\t');
    const [, environment, region, ...deeper] = path.split('/');
    if (environment === undefined || region === undefined || deeper.length > 0) continue;
    (trees[environment] ??= {})[region] = meta.split(' ')[2] ?? '';
  }
  return trees;
}

/** The text of a record: the same revision gives the same bytes anywhere. */
export function releaseText(release: Release): string {
  return yamlOf(release);
}

/** @throws Refusal naming the file, the field and the rule. */
function parseRelease(text: string, path: string): Release {
  const release = parseYamlFile(releaseSchema, text, path);
  if (path === releasePath(release.revision)) return release;
  throw new Refusal(`${path}: holds the record of ${shortOf(release.revision)}: a release has its own file`);
}

/** The record of a revision on main, or undefined. @throws Refusal as `parseRelease`. */
export async function recordedAt(
  repository: Repository,
  main: string,
  revision: string,
): Promise<Release | undefined> {
  const path = releasePath(revision);
  const text = await fileAt(repository, main, path);
  return text === undefined ? undefined : parseRelease(text, path);
}

/** The records on main, the newest revision first. @throws Refusal as `parseRelease`. */
export async function releasesAt(repository: Repository, main: string): Promise<readonly Release[]> {
  const files = await filesAtRevision(repository.folder, main, folder);
  const releases = files.map(({ path, text }) => parseRelease(text, `${folder}/${path}`));
  const order = (await repository.run('rev-list', '--topo-order', main)).split('\n');
  const place = new Map(order.map((commit, index) => [commit, index]));
  const placeOf = ({ revision }: Release): number => place.get(revision) ?? order.length;
  return releases.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** A recorded release by its revision or by the beginning of it. @throws Refusal when there is none, or several. */
export async function releaseNamed(repository: Repository, main: string, name: string): Promise<Release> {
  const found = (await releasesAt(repository, main)).filter(({ revision }) => revision.startsWith(name));
  const [release, another] = found;
  if (!release) throw new Refusal(`there is no release ${name} in ${folder} on main`);
  if (another) throw new Refusal(`${name} begins several releases: give more of the revision`);
  return release;
}

/** Whether a record says what its revision holds. @throws Refusal naming what it says wrongly. */
export async function checkRelease(repository: Repository, main: string, release: Release): Promise<void> {
  const path = releasePath(release.revision);
  if (!(await isAncestor(repository, release.revision, main))) {
    throw new Refusal(`${path}: ${shortOf(release.revision)} is not an ancestor of main`);
  }
  if (releaseText(await releaseOf(repository, release.revision)) !== releaseText(release)) {
    throw new Refusal(
      `${path}: is not what ${shortOf(release.revision)} holds: make it again with scripts/release`,
    );
  }
}
