/** A part of the comment; parts with the same `fold` stand together behind one click. */
export type Part = {
  readonly text: string;
  readonly fold?: string;
  /** How many objects it is about; the folded parts add up. */
  readonly objects?: number;
};

/** Room for the last line, which says what was left out. */
const reserveCharacters = 400;

/**
 * Joins the parts of a comment and leaves out what does not fit: folded parts first, from the end, each counted in the
 * statement at the end. Nothing is cut in the middle.
 */
export function cutTo(characters: number, head: readonly string[], parts: readonly Part[]): string {
  const whole = joined(head, parts);
  if (whole.length <= characters) return whole;
  const room = characters - reserveCharacters;
  // Unfolded parts are what the reader came for: they are the last to go.
  const byWeight = parts.toSorted((a, b) => Number(a.fold !== undefined) - Number(b.fold !== undefined));
  const withFirst = (count: number): string => {
    const some = new Set(byWeight.slice(0, count));
    return joined(
      head,
      parts.filter((part) => some.has(part)),
    );
  };
  let fits = 0;
  for (let tooMany = parts.length; tooMany - fits > 1;) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (withFirst(middle).length <= room) fits = middle;
    else tooMany = middle;
  }
  const left = byWeight.slice(fits);
  const fields = left.filter(({ fold }) => fold !== undefined).length;
  const tables = left.length - fields;
  const what = [
    ...(fields > 0 ? [`${fields} groups of changed objects`] : []),
    ...(tables > 0 ? [`${tables} tables or lists`] : []),
  ];
  return `${withFirst(fits)}\n**Cut:** ${what.join(' and ')} did not fit into one comment; \`scripts/diff --json\` has them all.\n`;
}

function joined(head: readonly string[], parts: readonly Part[]): string {
  const blocks = [...head];
  let open: string | undefined;
  for (const { text, fold } of parts) {
    if (open !== undefined && fold !== open) blocks.push('</details>');
    if (fold !== undefined && fold !== open) {
      const inside = parts.filter((part) => part.fold === fold);
      const count = inside.reduce((sum, { objects = 0 }) => sum + objects, 0);
      blocks.push(`<details><summary>${fold}: ${count} object${count === 1 ? '' : 's'}</summary>`);
    }
    const isItem = fold === open && text.startsWith('- ') && blocks.at(-1)?.startsWith('- ');
    if (isItem) blocks.push(`${blocks.pop() ?? ''}\n${text}`);
    else blocks.push(text);
    open = fold;
  }
  if (open !== undefined) blocks.push('</details>');
  return `${blocks.join('\n\n')}\n`;
}
