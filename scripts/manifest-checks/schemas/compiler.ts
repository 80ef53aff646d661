import { Ajv, type ValidateFunction } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { isObject } from '../../rendered/fields.ts';
import { closedBuiltIn, closedCustomResource } from './closed-schema.ts';
import { isQuantity } from './quantity.ts';
import { definitionRef, definitionsId, type JsonSchema, type Schema } from './schema.ts';
import { withSharedParts } from './shared-parts.ts';

export type Compiler = {
  builtIn(definition: string): ValidateFunction;
  customResource(schema: Schema): ValidateFunction;
};

const goDuration = /^-?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*)$/;

// The package is CommonJS: its function is the module itself at run time, and `default` of it for the types.
const addFormats = addFormatsModule as unknown as (ajv: Ajv) => void;

/** Compiles closed schemas. Types that built-in kinds share (a pod's, the metadata) are compiled once. */
export function createCompiler(definitions: ReadonlyMap<string, Schema>): Compiler {
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    validateSchema: false,
    addUsedSchema: false,
    inlineRefs: false,
    messages: true,
    // Patterns are RE2's, where a backslash may stand before any sign.
    unicodeRegExp: false,
  });
  addFormats(ajv);
  ajv.addFormat('duration', goDuration);
  ajv.addFormat('quantity', { validate: isQuantity });
  ajv.addKeyword({ keyword: 'uniqueBy', type: 'array', schemaType: 'array', compile: uniqueBy });
  const closed: JsonSchema = {};
  for (const [name, schema] of definitions) closed[name] = closedBuiltIn(name, schema);
  ajv.addSchema({ definitions: closed }, definitionsId);
  return {
    builtIn: (definition) => {
      const validate = ajv.getSchema(definitionRef(definition));
      if (!validate) throw new RangeError(`no schema of ${definition}`);
      return validate;
    },
    customResource: (schema) => ajv.compile(withSharedParts(closedCustomResource(schema))),
  };
}

type ListKey = { readonly key: string; readonly whenAbsent: unknown };

/** Lists that Kubernetes merges by keys (environment variables by name) have an entry once. */
function uniqueBy(keys: readonly ListKey[]) {
  return (list: readonly unknown[]): boolean => {
    const seen = new Set<string>();
    return list.filter(isObject).every((entry) => {
      const identity = JSON.stringify(keys.map(({ key, whenAbsent }) => entry[key] ?? whenAbsent));
      const isNew = !seen.has(identity);
      seen.add(identity);
      return isNew;
    });
  };
}
