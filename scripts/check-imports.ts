import { cruise } from 'dependency-cruiser';
import { importRules, ours } from './import-rules.ts';

// dependency-cruiser passes when it read nothing (a TypeScript version it does not know): the count is part of the check.
const { output } = await cruise([...ours, 'main.ts'], {
  ...importRules.options,
  ruleSet: { forbidden: importRules.forbidden ?? [] },
  validate: true,
});
if (typeof output === 'string')
  throw new TypeError('dependency-cruiser answered with text instead of a result');
const { totalCruised, violations } = output.summary;
for (const violation of violations) {
  console.error(`${violation.rule.name}: ${violation.from} -> ${violation.to}`);
}
if (totalCruised === 0) console.error('dependency-cruiser saw 0 modules');
console.log(`imports: ${totalCruised} modules, ${violations.length} violations`);
process.exitCode = totalCruised === 0 || violations.length > 0 ? 1 : 0;
