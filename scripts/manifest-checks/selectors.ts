import { listAt, mapAt, textAt, textsAt, type JsonObject } from '../rendered/fields.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether labels fit a selector with `matchLabels` and `matchExpressions`; an empty selector fits all. */
export function matches(selector: JsonObject, labels: Labels): boolean {
  const wanted = Object.entries(mapAt(selector, 'matchLabels'));
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    listAt(selector, 'matchExpressions').every((expression) => fitsExpression(expression, labels))
  );
}

function fitsExpression(expression: JsonObject, labels: Labels): boolean {
  const own = labels[textAt(expression, 'key') ?? ''];
  const values = textsAt(expression, 'values');
  switch (expression['operator']) {
    case 'In':
      return own !== undefined && values.includes(own);
    case 'NotIn':
      return own === undefined || !values.includes(own);
    case 'Exists':
      return own !== undefined;
    case 'DoesNotExist':
      return own === undefined;
    default:
      return false;
  }
}
