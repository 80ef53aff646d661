/**
 * A pattern of RE2 as JavaScript reads it. They differ in flags: `(?i)` holds to the end of its group, where JavaScript
 * has only the group with flags, `(?i:…)`.
 */
export function toJavaScriptPattern(pattern: string): string {
  let result = '';
  let isInClass = false;
  /** For each open group: how many groups with flags were opened in it. */
  const open = [0];
  for (let index = 0; index < pattern.length; index += 1) {
    const sign = pattern[index]!;
    const flags = isInClass ? undefined : /^\(\?([ims]+)\)/.exec(pattern.slice(index));
    if (flags) {
      result += `(?${flags[1]}:`;
      open[open.length - 1]! += 1;
      index += flags[0].length - 1;
    } else if (sign === '\\') {
      result += pattern.slice(index, index + 2);
      index += 1;
    } else {
      if (isInClass) isInClass = sign !== ']';
      else if (sign === '[') isInClass = true;
      else if (sign === '(') open.push(0);
      else if (sign === ')') result += ')'.repeat(open.pop() ?? 0);
      result += sign;
    }
  }
  return result + ')'.repeat(open[0] ?? 0);
}
