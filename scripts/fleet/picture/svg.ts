import { bytesText, coresText } from '../quantity.ts';
import { rangeText, type Box, type Picture, type PictureRegion, type Row } from './model.ts';
import { mirrorsOf } from './mirrors.ts';
import { arrow, box, cardWidth, escape, palette, text, widthOf } from './shapes.ts';

const margin = 24;
const gap = 32;
const padding = 16;
const leastWidth = 760;
const rowHeight = 22;
const inner = cardWidth - 2 * padding;

/** The systems that a row can use: colour and letter of its mark. */
const marks: Readonly<Record<string, readonly [letter: string, fill: string]>> = {
  kafka: ['K', palette.kafka],
  postgres: ['P', palette.postgres],
  mongo: ['M', palette.mongo],
  redis: ['R', palette.redis],
  smtp: ['S', palette.observability],
  paymentProvider: ['$', palette.head],
};

/** Where the sections of all cards begin: the same height in each, so that rows of one kind stand side by side. */
type Grid = {
  readonly top: number;
  readonly edge: number;
  readonly gateways: number;
  readonly workers: number;
  readonly jobs: number;
  readonly boxes: number;
  readonly bottom: number;
};

/** The fleet as one SVG that needs nothing else: regions side by side, mirrors between them. */
export function svgOf(picture: Picture): string {
  const { regions } = picture;
  const grid = gridOf(regions);
  const cards = regions.length * cardWidth + (regions.length - 1) * gap;
  const width = Math.max(leastWidth, 2 * margin + cards);
  const cardX = (index: number): number => (width - cards) / 2 + index * (cardWidth + gap);
  const mirrors = mirrorsOf(regions, grid.bottom, cardX);
  const height = grid.bottom + mirrors.height + 64;
  const parts = [
    box(0, 0, width, height, { fill: palette.paper, radius: 0 }),
    ...headOf(picture, width, grid, cardX),
    ...regions.flatMap((region, index) => cardOf(region, cardX(index), grid)),
    ...mirrors.parts,
    ...legendOf(width, height - 28),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" role="img" aria-label="The fleet of ${escape(picture.environment)}">
<defs>${head('head', palette.quiet)}${head('copy', palette.kafka)}</defs>
${parts.join('\n')}
</svg>
`;
}

/** A page around the picture that a browser scales and scrolls. */
export function htmlOf(picture: Picture): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Meridian: ${escape(picture.environment)}</title>
<style>body{margin:0;background:#fff}svg{display:block;margin:auto;max-width:none}</style>
${svgOf(picture)}</html>
`;
}

/** An arrow head that points outwards at both ends of a line. */
function head(id: string, fill: string): string {
  return `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 z" fill="${fill}"/></marker>`;
}

function gridOf(regions: readonly PictureRegion[]): Grid {
  const most = (count: (region: PictureRegion) => number): number => Math.max(0, ...regions.map(count));
  const top = 120;
  const edge = top + 62;
  const gateways = edge + sectionHeight(most((region) => region.edge.length));
  const workers = gateways + sectionHeight(most((region) => region.gateways.length));
  const jobs = workers + sectionHeight(most((region) => region.workers.length));
  const boxes = jobs + sectionHeight(most((region) => region.jobs.length)) + 8;
  return {
    top,
    edge,
    gateways,
    workers,
    jobs,
    boxes,
    bottom: boxes + most(({ boxes: list }) => boxesHeight(list)) + 16,
  };
}

function headOf(
  picture: Picture,
  width: number,
  grid: Grid,
  cardX: (index: number) => number,
): readonly string[] {
  const { environment, hub, globalName, regions } = picture;
  const nearest = regions.length > 1 ? ' (nearest healthy region)' : '';
  const names = globalName === '' ? 'clients' : `clients → ${globalName}${nearest}`;
  const pill = widthOf(names, 13) + 32;
  const middle = width / 2;
  const busY = 92;
  const title = `Meridian · ${environment}`;
  const hubX = margin + widthOf(title, 22) + 16;
  return [
    text(margin, 40, title, { size: 22, weight: 700 }),
    ...(hub === '' ? [] : [text(hubX, 40, hub, { fill: palette.quiet, width: width - hubX - margin })]),
    box(middle - pill / 2, 48, pill, 28, { fill: palette.head, radius: 14 }),
    text(middle, 67, names, { size: 13, fill: palette.paper, anchor: 'middle' }),
    `<path d="M${middle} 76 L${middle} ${busY} M${cardX(0) + cardWidth / 2} ${busY} L${cardX(regions.length - 1) + cardWidth / 2} ${busY}" stroke="${palette.quiet}" stroke-width="1.5"/>`,
    ...regions.map((_, index) => {
      const x = cardX(index) + cardWidth / 2;
      return arrow([x, busY], [x, grid.top - 2], palette.quiet);
    }),
  ];
}

function cardOf(region: PictureRegion, x: number, grid: Grid): readonly string[] {
  const { totals, edge, gateways, workers, jobs, boxes } = region;
  const left = x + padding;
  const { pods, milliCpu, memoryBytes } = totals;
  const sizes = `${rangeText(pods)} pods · ${spread(milliCpu, coresText)} CPU · ${spread(memoryBytes, bytesText)}`;
  return [
    box(x, grid.top, cardWidth, grid.bottom - grid.top, {
      fill: palette.card,
      stroke: palette.line,
      radius: 10,
    }),
    text(left, grid.top + 28, region.name, { size: 18, weight: 700 }),
    text(left, grid.top + 48, sizes, { size: 11, fill: palette.quiet, width: inner }),
    ...section('API gateway', edge.length, left, grid.edge),
    ...edge.map((line, index) => text(left, rowY(grid.edge, index), line, { width: inner })),
    ...section('services · pods', gateways.length, left, grid.gateways),
    ...gateways.flatMap((row, index) => rowOf(row, left, rowY(grid.gateways, index))),
    ...section('workers · pods', workers.length, left, grid.workers),
    ...workers.flatMap((row, index) => rowOf(row, left, rowY(grid.workers, index))),
    ...section('jobs around a sync · pods', jobs.length, left, grid.jobs),
    ...jobs.flatMap((row, index) => rowOf(row, left, rowY(grid.jobs, index))),
    ...boxesOf(boxes, left, grid.boxes),
  ];
}

function sectionHeight(rows: number): number {
  return rows === 0 ? 0 : 30 + rows * rowHeight;
}

function section(title: string, rows: number, x: number, y: number): readonly string[] {
  return rows === 0
    ? []
    : [text(x, y + 16, title.toUpperCase(), { size: 10, weight: 700, fill: palette.quiet })];
}

function rowY(top: number, index: number): number {
  return top + 38 + index * rowHeight;
}

/** Name, pods, what it reads, and a mark for each system that it may reach. */
function rowOf({ name, pods, uses, consumes }: Row, x: number, y: number): readonly string[] {
  const known = Object.keys(marks).filter((system) => uses.includes(system));
  const marksWidth = 6 * 17;
  const topics = consumes.map((topic) => topic.replace(/-events$/, '')).join(', ');
  return [
    text(x, y, name, { width: 168 }),
    text(x + 212, y, rangeText(pods), { anchor: 'end', weight: 600 }),
    ...(topics === ''
      ? []
      : [
          text(x + 222, y, `← ${topics}`, { size: 10, fill: palette.quiet, width: inner - 228 - marksWidth }),
        ]),
    ...known.map((system) => {
      const [letter, fill] = marks[system]!;
      const left = x + inner - marksWidth + Object.keys(marks).indexOf(system) * 17;
      return `${box(left, y - 11, 15, 15, { fill, radius: 4 })}${text(left + 7.5, y, letter, { size: 10, weight: 700, fill: palette.paper, anchor: 'middle' })}`;
    }),
  ];
}

function boxHeight({ lines }: Box): number {
  return 34 + lines.length * 17;
}

function boxesHeight(boxes: readonly Box[]): number {
  return boxes.reduce((sum, one) => sum + boxHeight(one) + 8, 0);
}

function boxesOf(boxes: readonly Box[], x: number, top: number): readonly string[] {
  let y = top;
  return boxes.flatMap((one) => {
    const height = boxHeight(one);
    const fill = one.system in palette ? palette[one.system as 'kafka'] : palette.other;
    const parts = [
      box(x, y, inner, height, { fill: palette.paper, stroke: palette.line }),
      box(x, y, 6, height, { fill, radius: 3 }),
      text(x + 18, y + 21, one.title, { size: 13, weight: 700, fill }),
      ...one.lines.map((line, index) =>
        text(x + 18, y + 40 + index * 17, line, { size: 11, width: inner - 28 }),
      ),
    ];
    y += height + 8;
    return parts;
  });
}

function legendOf(width: number, y: number): readonly string[] {
  const entries = [
    ['kafka', 'Kafka'],
    ['postgres', 'PostgreSQL'],
    ['mongo', 'MongoDB'],
    ['redis', 'Redis'],
    ['smtp', 'mail'],
    ['paymentProvider', 'payment provider'],
  ] as const;
  let x = margin;
  const parts = entries.flatMap(([system, name]) => {
    const [letter, fill] = marks[system]!;
    const drawn = [
      box(x, y - 11, 15, 15, { fill, radius: 4 }),
      text(x + 7.5, y, letter, { size: 10, weight: 700, fill: palette.paper, anchor: 'middle' }),
      text(x + 21, y, name, { size: 11, fill: palette.quiet }),
    ];
    x += 21 + widthOf(name, 11) + 24;
    return drawn;
  });
  const note = 'flows that NetworkPolicies open; pods from the least to the most that scalers run';
  return [
    ...parts,
    ...(x + widthOf(note, 11) < width ? [text(x, y, note, { size: 11, fill: palette.quiet })] : []),
  ];
}

function spread(
  { min, max }: { readonly min: number; readonly max: number },
  show: (amount: number) => string,
): string {
  return min === max ? show(max) : `${show(min)}–${show(max)}`;
}
