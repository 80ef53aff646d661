/** A string, a literal or number, or a sign; of what is none, nothing. */
const token =
  /[ \t\n\r]*(?:("[ !#-[\]-\u{10ffff}]*(?:\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})[ !#-[\]-\u{10ffff}]*)*")|(true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|([{}[\],:]))/uy;
/** How many tokens are looked at: a body of a mebibyte must not hold up the others. */
const mostTokens = 20_000;
const space = /[ \t\n\r]*/y;

/** What may come next, as signs; `s` is a string, `v` another value. Of a container that has begun, its end may be next. */
const value = 's v { [';
const firstValue = `${value} ]`;
const key = 's';
const firstKey = 's }';

/**
 * Where a text stops being JSON, as a place for people. `JSON.parse` quotes the text around it, which may be a secret, and
 * tells the place of some faults only.
 */
export function jsonFault(text: string): string {
  const open: ('{' | '[')[] = [];
  let expected = value;
  let at = 0;
  for (let tokens = 0; tokens < mostTokens; tokens += 1) {
    token.lastIndex = at;
    const match = token.exec(text);
    const [, string, literal, sign = string === undefined ? 'v' : 's'] = match ?? [];
    if (!match || !expected.split(' ').includes(sign)) return placeOf(text, at);
    at = token.lastIndex;
    const inKey = sign === 's' && open.at(-1) === '{' && (expected === key || expected === firstKey);
    if (sign === '{' || sign === '[') open.push(sign);
    else if (sign === '}' || sign === ']') open.pop();
    expected = inKey ? ':' : next(sign, literal !== undefined, open.at(-1));
  }
  return `after its first ${mostTokens} tokens`;
}

function next(sign: string, isLiteral: boolean, within: '{' | '[' | undefined): string {
  if (!isLiteral) {
    if (sign === '{') return firstKey;
    if (sign === '[') return firstValue;
    if (sign === ',') return within === '{' ? key : value;
    if (sign === ':') return value;
  }
  return within === undefined ? '' : within === '{' ? ', }' : ', ]';
}

function placeOf(text: string, after: number): string {
  space.lastIndex = after;
  space.exec(text);
  const at = space.lastIndex;
  if (at === text.length) return 'at its end';
  const lines = text.slice(0, at).split('\n');
  return `at line ${lines.length}, column ${lines.at(-1)!.length + 1}`;
}
