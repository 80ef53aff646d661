/** Pieces of SVG. Sizes are in user units, which are pixels at the natural size. */
export type Style = {
  readonly size?: number;
  readonly weight?: 400 | 600 | 700;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** The text is cut with an ellipsis beyond this. */
  readonly width?: number;
};

/** The width of a region's card. */
export const cardWidth = 460;

export const palette = {
  paper: '#ffffff',
  ink: '#1c2530',
  quiet: '#5b6776',
  line: '#c9d1da',
  card: '#f6f8fa',
  head: '#24364b',
  kafka: '#b45309',
  postgres: '#1d5fa8',
  mongo: '#15803d',
  redis: '#b91c1c',
  observability: '#6d4fa3',
  other: '#5b6776',
} as const;

export function escape(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The width of a text in the sans-serif faces that browsers have, on the safe side. */
export function widthOf(content: string, size: number): number {
  return content.length * size * 0.58;
}

export function text(x: number, y: number, content: string, style: Style = {}): string {
  const { size = 12, weight = 400, fill = palette.ink, anchor = 'start', width } = style;
  const most = width === undefined ? content.length : Math.floor(width / (size * 0.58));
  const cut = content.length > most ? `${content.slice(0, Math.max(1, most - 1))}…` : content;
  const title = cut === content ? '' : `<title>${escape(content)}</title>`;
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${escape(cut)}${title}</text>`;
}

export function box(
  x: number,
  y: number,
  width: number,
  height: number,
  { fill, stroke = 'none', radius = 6 }: { fill: string; stroke?: string; radius?: number },
): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}" stroke="${stroke}"/>`;
}

/** A straight line that ends in an arrow head. */
export function arrow(
  [x1, y1]: readonly [x: number, y: number],
  [x2, y2]: readonly [x: number, y: number],
  stroke: string,
): string {
  return `<path d="M${x1} ${y1} L${x2} ${y2}" fill="none" stroke="${stroke}" stroke-width="1.5" marker-end="url(#head)"/>`;
}
