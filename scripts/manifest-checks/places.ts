import type { Finding, Manifest } from './manifest.ts';

type Places = { readonly name: string; readonly regions: readonly { readonly name: string }[] };

/** Folders of `dist/` are the environments and their regions, and the hub of each: no other, and none is left out. */
export function checkPlaces(
  manifests: readonly Manifest[],
  environments: readonly Places[],
  isWhole: boolean,
): readonly Finding[] {
  const declared = new Set(
    environments.flatMap(({ name, regions }) => [
      ...regions.map((region) => `${name}/${region.name}`),
      `${name}/hub`,
    ]),
  );
  const files = new Map(manifests.map(({ environment, region, file }) => [`${environment}/${region}`, file]));
  const unknown = [...files]
    .filter(([place]) => !declared.has(place))
    .map(([place, file]) => findingOf(file, `there is no ${place} in environments/`));
  const missing = [...declared]
    .filter((place) => isWhole && !files.has(place) && !place.endsWith('/hub'))
    .map((place) => findingOf(`dist/${place}`, 'nothing is rendered for this region'));
  return [...unknown, ...missing];
}

const findingOf = (file: string, message: string): Finding => ({
  file,
  object: '',
  path: '',
  rule: 'place',
  message,
});
