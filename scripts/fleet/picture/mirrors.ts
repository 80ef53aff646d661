import type { PictureRegion } from './model.ts';
import { cardWidth, palette, text } from './shapes.ts';

/** Below the cards, each pair of regions once: a head at each end that is copied to. Far pairs hang lower. */
export function mirrorsOf(
  regions: readonly PictureRegion[],
  top: number,
  cardX: (index: number) => number,
): { readonly parts: readonly string[]; readonly height: number } {
  const pairs = regions
    .flatMap((_, left) => regions.map((__, right) => ({ left, right })))
    .filter(({ left, right }) => left < right)
    .map(({ left, right }) => ({
      left,
      right,
      toRight: copies(regions[right], regions[left]),
      toLeft: copies(regions[left], regions[right]),
    }))
    .filter(({ toRight, toLeft }) => toRight || toLeft)
    .toSorted((a, b) => a.right - a.left - (b.right - b.left));
  if (pairs.length === 0) return { parts: [], height: 0 };
  const y = top + 4;
  const lanes = pairs.map(({ left, right, toRight, toLeft }, index) => {
    const distance = right - left;
    const depth = y + 18 + index * 14;
    // The nearer the other region, the nearer to that side its line starts: lines of one region do not cross.
    const from = cardX(left) + cardWidth - 40 * distance;
    const to = cardX(right) + 40 * distance;
    return `<path d="M${from} ${y} V${depth - 6} Q${from} ${depth} ${from + 6} ${depth} H${to - 6} Q${to} ${depth} ${to} ${depth - 6} V${y}" fill="none" stroke="${palette.kafka}" stroke-width="1.5"${toLeft ? ' marker-start="url(#copy)"' : ''}${toRight ? ' marker-end="url(#copy)"' : ''}/>`;
  });
  const height = 18 + pairs.length * 14;
  const caption = 'MirrorMaker 2 copies topics between the Kafka clusters; an arrow points to the copy';
  return {
    parts: [...lanes, text(cardX(0), y + height + 12, caption, { size: 11, fill: palette.kafka })],
    height: height + 20,
  };
}

function copies(to: PictureRegion | undefined, from: PictureRegion | undefined): boolean {
  return to !== undefined && from !== undefined && to.mirrorsFrom.includes(from.name);
}
