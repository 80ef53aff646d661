import type { Json } from '../../rendered/fields.ts';
import { shown } from '../../rendered/fields.ts';
import { titleOf } from '../object.ts';
import { bytesText, coresText } from '../quantity.ts';
import { isRegion } from '../tree.ts';
import { addTotals, noTotals, type Range } from '../totals.ts';
import { cutTo, type Part } from './cut.ts';
import type { FieldChange } from './field-changes.ts';
import type { ChangeGroup } from './groups.ts';
import type { RedFlag } from './red-flags.ts';
import type { Difference, EnvironmentDifference, RegionDifference } from './report.ts';

/** The most that GitHub takes as one comment, in characters. */
const commentCharacters = 65_536;

/** The difference as a comment of a pull request: what matters unfolded, the fields behind a click. */
export function markdownOf(difference: Difference): string {
  const { base, head, environments } = difference;
  const changed = environments.filter(({ groups }) => groups.length > 0);
  const same = environments.filter(({ groups }) => groups.length === 0).map(({ environment }) => environment);
  const title = `## Fleet: \`${base}\` → \`${head}\``;
  if (changed.length === 0)
    return `${title}\n\nNo object differs in ${same.join(', ') || 'any environment'}.\n`;
  const sections = changed.flatMap((environment) => sectionOf(environment));
  const rest = same.length === 0 ? [] : [`No object differs in ${same.join(', ')}.`];
  return cutTo(commentCharacters, [title, ...rest], sections);
}

/** The parts of one environment: the last of them, the fields of each group, may be cut. */
function sectionOf(difference: EnvironmentDifference): readonly Part[] {
  const { environment, regions, groups, redFlags } = difference;
  const regionCount = regions.filter(({ region }) => isRegion(region)).length;
  const deleted = groups.filter(({ sort }) => sort === 'deleted');
  const head = [
    `### ${environment}`,
    tableOf(regions),
    ...(deleted.length === 0
      ? []
      : [`**Deleted**\n${deleted.map((group) => lineOf(group, regionCount)).join('\n')}`]),
    redFlags.length === 0
      ? 'No red flags.'
      : `**Red flags**\n${redFlags.map((flag) => flagLine(flag, regionCount)).join('\n')}`,
  ];
  const added = groups.filter(({ sort }) => sort === 'added');
  const changed = groups.filter(({ sort }) => sort === 'changed');
  return [
    ...head.map((text) => ({ text })),
    ...added.map((group) => ({
      text: lineOf(group, regionCount),
      fold: `Added in ${environment}`,
      objects: group.objects.length,
    })),
    ...changed.map((group) => ({
      text: changedText(group, regionCount),
      fold: `Changed in ${environment}, field by field`,
      objects: group.objects.length,
    })),
  ];
}

function tableOf(regions: readonly RegionDifference[]): string {
  const all = regions.reduce(
    (sum, { added, changed, deleted, totals }) => ({
      added: sum.added + added,
      changed: sum.changed + changed,
      deleted: sum.deleted + deleted,
      totals: addTotals(sum.totals, totals),
    }),
    { added: 0, changed: 0, deleted: 0, totals: noTotals },
  );
  return [
    '| region | added | changed | deleted | pods | CPU | memory | $ a month |',
    '| --- | --: | --: | --: | --: | --: | --: | --: |',
    ...regions.map(({ region, ...counts }) => row(region, counts)),
    ...(regions.length > 1 ? [row('**all**', all)] : []),
  ].join('\n');
}

function row(name: string, { added, changed, deleted, totals }: Omit<RegionDifference, 'region'>): string {
  const cells = [
    name,
    String(added),
    String(changed),
    String(deleted),
    rangeText(totals.pods, (pods) => pods.toLocaleString('en-US')),
    rangeText(totals.milliCpu, coresText),
    rangeText(totals.memoryBytes, bytesText),
    rangeText(totals.dollarsAMonth, dollarsText),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** "+16 … +40": at the least and at the most that scalers run. */
export function rangeText({ min, max }: Range, text: (amount: number) => string): string {
  const signed = (amount: number): string => {
    const digits = text(Math.abs(amount));
    if (/^[$0.,]*( \w+)?$/.test(digits)) return '0';
    return `${amount > 0 ? '+' : '−'}${digits}`;
  };
  const [least, most] = [signed(min), signed(max)];
  return least === most ? least : `${least} … ${most}`;
}

function dollarsText(dollars: number): string {
  return `$${dollars.toLocaleString('en-US', { maximumFractionDigits: dollars < 10 ? 2 : 0 })}`;
}

function lineOf({ sort, kind, objects, regions, identical }: ChangeGroup, regionCount: number): string {
  const names = objects.map((object) => `\`${titleOf(object).slice(kind.length + 1)}\``);
  // What goes is named in full as far as anyone reads.
  return `- ${kind} ${listed(names, sort === 'deleted' ? 40 : 12)} (${whereText(regions, regionCount, identical)})`;
}

function flagLine({ reason, objects, regions }: RedFlag, regionCount: number): string {
  const names = listed(
    objects.map((name) => `\`${name}\``),
    8,
  );
  return `- 🚩 ${names}: ${reason} (${whereText(regions, regionCount)})`;
}

/** "same in 4/4", or the names of the regions when it is not the same in all. */
function whereText(regions: readonly string[], regionCount: number, identical = true): string {
  return regions.length === regionCount && regionCount > 1 && regions.every(isRegion)
    ? `${identical ? 'same ' : ''}in ${regions.length}/${regionCount}`
    : regions.join(', ');
}

function listed(names: readonly string[], most: number): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ');
}

function changedText(group: ChangeGroup, regionCount: number): string {
  const names = group.objects.map((object) => `\`${titleOf(object)}\``);
  const count = names.length > 1 ? `${names.length} objects: ` : '';
  return [
    `**${count}${listed(names, 12)}** (${whereText(group.regions, regionCount)})`,
    '```diff',
    ...group.fields.flatMap(fieldLines),
    '```',
  ].join('\n');
}

const lineCharacters = 300;

function fieldLines({ path, before, after }: FieldChange): readonly string[] {
  const multiline = [before, after].some((value) => typeof value === 'string' && value.includes('\n'));
  if (multiline) return [`@@ ${path} @@`, ...textLines(before, after)];
  return [
    ...(before === undefined ? [] : [`- ${path}: ${valueText(before)}`]),
    ...(after === undefined ? [] : [`+ ${path}: ${valueText(after)}`]),
  ];
}

/** The lines between the first and the last that differ; what is longer than a screen is only counted. */
function textLines(before: Json | undefined, after: Json | undefined): readonly string[] {
  const [was, is] = [before, after].map((value) => (value === undefined ? [] : shown(value).split('\n')));
  let start = 0;
  while (start < was!.length && start < is!.length && was![start] === is![start]) start += 1;
  let end = 0;
  while (end < was!.length - start && end < is!.length - start && was!.at(-1 - end) === is!.at(-1 - end))
    end += 1;
  const part = (lines: readonly string[], sign: string): readonly string[] => {
    const some = lines.slice(start, lines.length - end);
    const rest = some.length - 20;
    return [
      ...some.slice(0, 20).map((line) => short(`${sign} ${fenced(line)}`)),
      ...(rest > 0 ? [`${sign} (${rest} more lines)`] : []),
    ];
  };
  return [...part(was!, '-'), ...part(is!, '+')];
}

function valueText(value: Json): string {
  return short(fenced(shown(value)));
}

/** A text that closes the code block would let the rest of a manifest speak as Markdown. */
function fenced(text: string): string {
  return text.replaceAll('```', "'''");
}

function short(text: string): string {
  return text.length > lineCharacters
    ? `${text.slice(0, lineCharacters)} … (${text.length} characters)`
    : text;
}
