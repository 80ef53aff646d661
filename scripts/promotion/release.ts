import { propose, type Proposed } from './proposal.ts';
import { Refusal } from '../refusal.ts';
import { releaseOf, releasePath, releasesAt, releaseText, type Release } from './releases.ts';
import { whyOutdated } from './image-file.ts';
import { whyNotBuilt } from './images.ts';
import { fetchMain } from './remote.ts';
import { isAncestor, refuseDirty, shortOf, type Repository } from './repository.ts';

export type ReleaseOptions = {
  /** Undefined: the remote's main. */
  readonly revision: string | undefined;
  readonly remote: string;
  readonly push: 'branch' | 'not-yet';
};

export type Recorded =
  | (Proposed & { readonly outcome: 'made'; readonly title: string; readonly release: Release })
  /** The newest release would roll out the very same. */
  | { readonly outcome: 'same'; readonly release: Release };

/** Records what a revision of main would roll out, as one commit on a branch of its own. @throws Refusal */
export async function release(repository: Repository, options: ReleaseOptions): Promise<Recorded> {
  const { remote, push } = options;
  await refuseDirty(repository, ['dist', 'environments', 'contracts', 'k8s']);
  const main = await fetchMain(repository, remote);
  const made = await releaseOf(repository, options.revision ?? main);
  const short = shortOf(made.revision);
  if (!(await isAncestor(repository, made.revision, main))) {
    throw new Refusal(`${short} is not an ancestor of main: merge it first`);
  }
  const why =
    (await whyNotBuilt(repository, made.revision, ['dist'])) ??
    (await whyOutdated(repository, made.revision));
  if (why !== undefined) throw new Refusal(`${short}: ${why}`);
  const [newest] = await releasesAt(repository, main);
  if (newest && contentOf(newest) === contentOf(made)) return { outcome: 'same', release: newest };
  const title = `release: ${short}`;
  const proposed = await propose(repository, {
    remote,
    main,
    branch: `release/${short}`,
    title,
    body: '',
    files: new Map([[releasePath(made.revision), releaseText(made)]]),
    push,
  });
  return { outcome: 'made', ...proposed, title, release: made };
}

/** Revisions that differ in neither are one release: moving a pin from one to the other would move nothing. */
function contentOf({ images, trees }: Release): string {
  return JSON.stringify([images, trees]);
}
