export type PlotPoint = {
  /** Offered load, orders a second. */
  readonly perSecond: number;
  /** In ms. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
};

const size = { width: 760, height: 440 };
const area = { left: 84, right: 700, top: 64, bottom: 376 };
const series = [
  { name: 'p50', dash: '' },
  { name: 'p95', dash: '7 4' },
  { name: 'p99', dash: '2 4' },
] as const;

/** The latencies placed → paid against the offered load as SVG, both axes with units, the latency's on a log scale. */
export function latencyPlot(points: readonly PlotPoint[]): string {
  const latencies = points.flatMap(({ p50, p95, p99 }) => [p50, p95, p99]).filter((ms) => ms > 0);
  const from = 10 ** Math.floor(Math.log10(Math.min(...latencies, 100)));
  const to = 10 ** Math.ceil(Math.log10(Math.max(...latencies, from * 10)));
  const most = Math.max(...points.map(({ perSecond }) => perSecond), 1);
  const x = (perSecond: number): number => area.left + (perSecond / most) * (area.right - area.left);
  const y = (ms: number): number =>
    area.bottom - (Math.log(Math.max(ms, from) / from) / Math.log(to / from)) * (area.bottom - area.top);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="title">`,
    '<title id="title">Time from placed to paid against the offered load</title>',
    `<style>${style}</style>`,
    `<rect class="paper" width="${size.width}" height="${size.height}"/>`,
    text(area.left, 34, 'Placed → paid', 'start', 'heading'),
    ...latencyAxis(from, to, y),
    ...loadAxis(points, x),
    ...series.map(({ name, dash }, index) =>
      curve(
        points.map((point) => [x(point.perSecond), y(point[name])]),
        `s${index}`,
        dash,
      ),
    ),
    ...legend(),
    '</svg>',
    '',
  ].join('\n');
}

/** A line at 1, 2 and 5 of each decade; the decades stand out. */
function latencyAxis(from: number, to: number, y: (ms: number) => number): string[] {
  const lines: string[] = [];
  for (let decade = from; decade <= to; decade *= 10) {
    for (const factor of [1, 2, 5]) {
      const ms = decade * factor;
      if (ms > to) break;
      const at = y(ms).toFixed(1);
      const kind = factor === 1 ? 'decade' : 'grid';
      lines.push(`<line class="${kind}" x1="${area.left}" y1="${at}" x2="${area.right}" y2="${at}"/>`);
      lines.push(text(area.left - 8, y(ms) + 4, ms.toLocaleString('en-US'), 'end'));
    }
  }
  const middle = (area.top + area.bottom) / 2;
  lines.push(
    `<text class="label" transform="translate(24 ${middle}) rotate(-90)" text-anchor="middle">latency (ms, log scale)</text>`,
  );
  return lines;
}

/** A mark for each load that was measured; those too close to the one before have no number. */
function loadAxis(points: readonly PlotPoint[], x: (perSecond: number) => number): string[] {
  const lines = [
    `<line class="decade" x1="${area.left}" y1="${area.bottom}" x2="${area.right}" y2="${area.bottom}"/>`,
  ];
  let labelled = Number.NEGATIVE_INFINITY;
  for (const { perSecond } of points) {
    const at = x(perSecond);
    lines.push(
      `<line class="tick" x1="${at.toFixed(1)}" y1="${area.bottom}" x2="${at.toFixed(1)}" y2="${area.bottom + 5}"/>`,
    );
    if (at - labelled < 34) continue;
    lines.push(text(at, area.bottom + 20, String(perSecond), 'middle'));
    labelled = at;
  }
  lines.push(
    text((area.left + area.right) / 2, size.height - 16, 'offered load (orders/s)', 'middle', 'label'),
  );
  return lines;
}

function curve(points: readonly (readonly [number, number])[], kind: string, dash: string): string {
  const path = points
    .filter(([, y]) => Number.isFinite(y))
    .map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`);
  const dots = path.map((point) => {
    const [cx, cy] = point.split(',');
    return `<circle class="${kind}" cx="${cx}" cy="${cy}" r="3.5"/>`;
  });
  const dashed = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return [`<polyline class="curve ${kind}" points="${path.join(' ')}"${dashed}/>`, ...dots].join('\n');
}

/** Beside the heading, so that it covers no curve. */
function legend(): string[] {
  return series.map(({ name, dash }, index) => {
    const left = area.right - 84 * (series.length - index) + 8;
    const dashed = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
    return `<line class="curve s${index}" x1="${left}" y1="30" x2="${left + 32}" y2="30"${dashed}/>${text(left + 40, 34, name, 'start')}`;
  });
}

function text(x: number, y: number, content: string, anchor: string, kind = 'number'): string {
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`;
}

// Colours of the Okabe–Ito palette, which colour-blind people can tell apart; the dashes tell the same once more.
const style = `
text { font: 12px system-ui, sans-serif; fill: #333 }
.heading { font-size: 16px; font-weight: 600 }
.label { font-size: 13px }
.paper { fill: #fff }
.grid { stroke: #e3e3e3 } .decade, .tick { stroke: #a8a8a8 }
.curve { fill: none; stroke-width: 2.25 }
.s0 { stroke: #0072b2 } .s1 { stroke: #b35900 } .s2 { stroke: #9b3f80 }
circle.s0 { fill: #0072b2 } circle.s1 { fill: #b35900 } circle.s2 { fill: #9b3f80 }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd } .paper { fill: #16181d }
  .grid { stroke: #2b2f37 } .decade, .tick { stroke: #6a707c }
  .s0 { stroke: #56b4e9 } .s1 { stroke: #e69f00 } .s2 { stroke: #e090c4 }
  circle.s0 { fill: #56b4e9 } circle.s1 { fill: #e69f00 } circle.s2 { fill: #e090c4 }
}`;
