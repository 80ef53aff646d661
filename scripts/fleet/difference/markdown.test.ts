import { describe, expect, it } from 'vitest';
import { deployment, fleet, manifest, scaledObject } from '../testing/fleet-fixture.ts';
import { markdownOf, rangeText } from './markdown.ts';
import { differenceOf } from './report.ts';

/** What a reader sees before they unfold anything. */
function unfolded(markdown: string): readonly string[] {
  return markdown
    .replaceAll(/<details><summary>(.*?)<\/summary>[\s\S]*?<\/details>/g, '$1')
    .trimEnd()
    .split('\n');
}

const at = (memory: string) =>
  fleet(() => [deployment('order', { memory }), scaledObject('order', 16, 40), deployment('user')]);
const many = (text: string) =>
  fleet(
    () =>
      Array.from({ length: 900 }, (_, index) =>
        manifest('v1', 'ConfigMap', `c${index}`, {
          data: { value: `${text} ${index} ${'x'.repeat(200)}` },
        }),
      ),
    { regions: ['us-east'] },
  );
const config = (line: string) =>
  fleet(() => [
    manifest('v1', 'ConfigMap', 'c', {
      data: { file: `first\nsecond\n${line}\nlast\n`, fence: `\`\`\`${line}` },
    }),
  ]);

describe('the comment', () => {
  it("of one service's memory in four regions fits on one screen", () => {
    const markdown = markdownOf(differenceOf(at('2Gi'), at('3Gi')));
    expect(markdown).toBe(`## Fleet: \`test\` → \`test\`

### production

| region | added | changed | deleted | pods | CPU | memory | $ a month |
| --- | --: | --: | --: | --: | --: | --: | --: |
| ap-southeast | 0 | 1 | 0 | 0 | 0 | +16 GiB … +40 GiB | +$46 … +$116 |
| eu-central | 0 | 1 | 0 | 0 | 0 | +16 GiB … +40 GiB | +$45 … +$112 |
| us-east | 0 | 1 | 0 | 0 | 0 | +16 GiB … +40 GiB | +$37 … +$93 |
| us-west | 0 | 1 | 0 | 0 | 0 | +16 GiB … +40 GiB | +$37 … +$93 |
| **all** | 0 | 4 | 0 | 0 | 0 | +64 GiB … +160 GiB | +$166 … +$414 |

No red flags.

<details><summary>Changed in production, field by field: 1 object</summary>

**\`Deployment meridian/order\`** (same in 4/4)
\`\`\`diff
- spec.template.spec.containers[program].resources.requests.memory: 2Gi
+ spec.template.spec.containers[program].resources.requests.memory: 3Gi
\`\`\`

</details>
`);
    expect(unfolded(markdown).length).toBeLessThan(40);
    expect(markdown.split('\n').length).toBeLessThan(40);
  });

  it('has deletions first, then red flags, then the rest folded', () => {
    const topic = manifest('kafka.strimzi.io/v1', 'KafkaTopic', 'audit-events', {
      spec: { partitions: 100 },
    });
    const base = fleet(() => [topic, deployment('order')]);
    const head = fleet(() => [deployment('order', { image: 'app:latest' }), deployment('new')]);
    const lines = unfolded(markdownOf(differenceOf(base, head)));
    expect(lines.slice(11)).toEqual([
      '',
      '**Deleted**',
      '- KafkaTopic `meridian-data/audit-events` (same in 4/4)',
      '',
      '**Red flags**',
      '- 🚩 `KafkaTopic meridian-data/audit-events`: KafkaTopic deleted: its data is lost (nothing keeps Argo CD from pruning it) (same in 4/4)',
      '- 🚩 `Deployment meridian/order`: image by tag, not by digest: app:latest (same in 4/4)',
      '',
      'Added in production: 1 object',
      '',
      'Changed in production, field by field: 1 object',
    ]);
  });

  it('says that nothing differs', () => {
    const same = fleet(() => [deployment('a')]);
    expect(markdownOf(differenceOf(same, same))).toBe(
      '## Fleet: `test` → `test`\n\nNo object differs in production.\n',
    );
  });

  it('stays below the limit of a comment and says what it left out', () => {
    const markdown = markdownOf(differenceOf(many('a'), many('b')));
    expect(markdown.length).toBeLessThanOrEqual(65_536);
    expect(markdown.length).toBeGreaterThan(60_000);
    const shown = markdown.match(/^\*\*`ConfigMap/gm)?.length ?? 0;
    expect(markdown).toContain(
      `**Cut:** ${900 - shown} groups of changed objects did not fit into one comment`,
    );
    expect(markdown.match(/<details>/g)?.length).toBe(markdown.match(/<\/details>/g)?.length);
    expect(markdown.match(/```/g)!.length % 2).toBe(0);
  });

  it('shows of a long text only what differs, and cannot be closed by it', () => {
    const markdown = markdownOf(differenceOf(config('a'), config('b')));
    expect(markdown).toContain('@@ data.file @@\n- a\n+ b\n');
    expect(markdown.match(/```/g)?.length).toBe(2);
  });
});

describe('a range', () => {
  it.each([
    [0, 0, '0'],
    [2, 2, '+2'],
    [-2, 3, '−2 … +3'],
    [0, 3, '0 … +3'],
  ])('%d to %d is %s', (min, max, text) => {
    expect(rangeText({ min, max }, String)).toBe(text);
  });
});
