import { execa } from 'execa';
import { isYaml, type RenderedFile } from './folder-files.ts';

/** A file of a revision: git's hash of its content stands for it until it is read. */
type Entry = { readonly path: string; readonly blob: string };

const buffers = { encoding: 'buffer', maxBuffer: 1024 ** 3, stripFinalNewline: false } as const;

/**
 * The files below a folder of a revision, read without a checkout by three git processes, however many files.
 * @param isWanted which of them are read: YAML unless given
 * @throws RangeError when there is no such revision, or no git.
 */
export async function filesAtRevision(
  repository: string,
  revision: string,
  folder: string,
  isWanted: (path: string) => boolean = isYaml,
): Promise<readonly RenderedFile[]> {
  const commit = await commitOf(repository, revision);
  const entries = (await entriesOf(repository, commit, folder)).filter(({ path }) => isWanted(path));
  if (entries.length === 0) return [];
  const contents = await blobsOf(
    repository,
    entries.map(({ blob }) => blob),
  );
  return entries.map(({ path }, index) => ({ path: path.slice(folder.length + 1), text: contents[index]! }));
}

async function commitOf(repository: string, revision: string): Promise<string> {
  if (/^[0-9a-f]{40}$/.test(revision)) return revision;
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const { exitCode, stdout, code } = await execa('git', args, { cwd: repository, reject: false });
  if (code === 'ENOENT') throw new RangeError('there is no git on the PATH');
  if (exitCode !== 0)
    throw new RangeError(`there is no revision or folder ${JSON.stringify(revision)} (a shallow clone?)`);
  return stdout.trim();
}

async function entriesOf(repository: string, commit: string, folder: string): Promise<readonly Entry[]> {
  const args = ['ls-tree', '-r', '-z', '--full-tree', commit, '--', `${folder}/`];
  const { stdout, failed } = await execa('git', args, { ...buffers, cwd: repository, reject: false });
  if (failed) throw new RangeError(`revision ${commit.slice(0, 12)} cannot be read (a shallow clone?)`);
  return new TextDecoder()
    .decode(stdout)
    .split('\0')
    .flatMap((line) => {
      const [meta = '', path = ''] = line.split('\t');
      const [, type, blob] = meta.split(' ');
      return type === 'blob' && blob !== undefined ? [{ path, blob }] : [];
    });
}

/** The answer of `cat-file --batch` is "<hash> blob <size>\n<content>\n" for each line of the question. */
async function blobsOf(repository: string, blobs: readonly string[]): Promise<readonly string[]> {
  const input = `${blobs.join('\n')}\n`;
  const { stdout } = await execa('git', ['cat-file', '--batch'], { ...buffers, cwd: repository, input });
  const answer = Buffer.from(stdout);
  let position = 0;
  return blobs.map((blob) => {
    const end = answer.indexOf('\n', position);
    const [name, type, size] = answer.toString('latin1', position, end).split(' ');
    if (name !== blob || type !== 'blob') throw new RangeError(`git cannot read ${blob}: ${type ?? ''}`);
    const start = end + 1;
    position = start + Number(size) + 1;
    return answer.toString('utf8', start, position - 1);
  });
}
