import image from './image.json' with { type: 'json' };

/**
 * The image of all programs. The release workflow writes the digest of each build into `image.json`, and the commit whose
 * sources it has (`builtFrom`); the render follows. Until the first build it is the hash of nothing (SHA-256 of the empty
 * string): no registry has it, so a sync fails closed, and no release or promotion takes it.
 */
export const programsImage: { readonly repository: string; readonly tag: string; readonly digest: string } = {
  repository: image.repository,
  tag: image.tag,
  digest: image.digest,
};
