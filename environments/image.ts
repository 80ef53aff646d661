import image from './image.json' with { type: 'json' };

/**
 * The image of all programs. The release workflow writes the digest of each build into `image.json`, and the render
 * follows. Until the first build it is the hash of nothing (SHA-256 of the empty string): no registry has it, so a sync
 * fails closed.
 */
export const programsImage: { readonly repository: string; readonly tag: string; readonly digest: string } =
  image;
