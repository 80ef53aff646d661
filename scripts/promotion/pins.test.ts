import { expect, it } from 'vitest';
import { parsePin, pinPath, yamlOf } from './pins.ts';
import { openRepository } from './repository.ts';
import { environmentsAt, pinnedEnvironment, regionsOfWave, requireRegion } from './target.ts';
import { declared, withKeeper } from './testing/sources.ts';

const hash = 'a'.repeat(40);
const path = pinPath('production', 'us-east');
const pin = { environment: 'production', region: 'us-east', revision: hash, tree: hash };

it('refuses a pin with an unknown key, a key that is there twice, a hash that is none, or of another region', () => {
  const text = yamlOf(pin);
  expect(parsePin(text, path)).toEqual(pin);
  expect(() => parsePin(`${text}extra: 1\n`, path)).toThrow(`${path}: Unrecognized key: "extra"`);
  expect(() => parsePin(`${text}region: us-west\n`, path)).toThrow(
    /us-east\.yaml: Map keys must be unique at line 5, column 1$/,
  );
  expect(() => parsePin(text.replace('region: "us-east"\n', ''), path)).toThrow(`${path}: region: `);
  expect(() => parsePin('a: [', path)).toThrow(`${path}: `);
  expect(() => parsePin(text, pinPath('production', 'us-west'))).toThrow(
    'a region has one pin, in its own file',
  );
  const digits = yamlOf({ ...pin, revision: '1'.repeat(40) });
  expect(parsePin(digits, path).revision).toBe('1'.repeat(40));
  expect(() => parsePin(digits.replaceAll(/"(1+)"/g, '$1'), path)).toThrow(`${path}: revision: `);
});

it('refuses a file with nothing, too much or a merge conflict in it, and reads one of another editor', () => {
  const text = yamlOf(pin);
  const refusals: [string, string][] = [
    ['', 'is empty'],
    ['# nothing yet\n', 'is empty'],
    [`${text}---\n${text}`, 'has more than one document'],
    [
      text.replace('"production"', '*none'),
      'Unresolved alias (the anchor must be set before the alias): none',
    ],
    [text.replace('region', '<<<<<<< HEAD\nregion'), 'line 2: a mark of a merge conflict'],
    [`${text}=======\r\n`, 'line 5: a mark of a merge conflict'],
  ];
  for (const [given, refusal] of refusals) expect(() => parsePin(given, path)).toThrow(`${path}: ${refusal}`);
  expect(parsePin(`\uFEFF${text.replaceAll('\n', '\r\n')}`, path)).toEqual(pin);
});

it('names the environments, waves and regions that there are', () => {
  expect(() => pinnedEnvironment(declared, 'moon')).toThrow(
    'there is no environment "moon": dev, staging, production',
  );
  expect(() => pinnedEnvironment(declared, 'dev')).toThrow('dev follows main: it has no pins to move');
  const staging = pinnedEnvironment(declared, 'staging');
  expect(() => requireRegion(staging, 'us-west')).toThrow(
    'there is no region us-west in staging: us-east, eu-central',
  );
  expect(() => regionsOfWave(staging, 9)).toThrow('staging has the waves 1 to ');
});

it('reads the environments of this repository', async () => {
  const told = declared.map((one) => (one.name === withKeeper.name ? withKeeper : one));
  expect(await environmentsAt(openRepository(process.cwd()), 'HEAD')).toEqual(told);
});
