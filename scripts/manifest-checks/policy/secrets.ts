import { fieldsAt, textAt, visitValues } from '../../rendered/fields.ts';
import { findingAt, groupKindOf, type Finding, type Manifest } from '../manifest.ts';
import { containersOf, podsOf } from '../pods.ts';
import type { Scope } from '../scope.ts';

const urlWithPassword = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?!\$[({]|\{\{|<)[^\s/@]+@/i;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const knownToken =
  /\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|sk_(live|test)_[A-Za-z0-9]{10,}|xox[baprs]-[A-Za-z0-9-]{10,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.)/;
const secretName = /(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?|_KEY)$/i;

/** No secret stands in git: they come from the secret store (ExternalSecret), or an operator makes them. */
export function checkSecrets(scope: Scope): readonly Finding[] {
  return [
    ...scope.ofKind('Secret').flatMap(secretData),
    ...scope.ofKind('ConfigMap').flatMap(configData),
    ...plainVariables(scope),
    ...scope.manifests.flatMap(secretTexts),
  ];
}

function secretData(manifest: Manifest): Finding[] {
  return ['data', 'stringData']
    .filter((field) => Object.keys(fieldsAt(manifest.object, field)).length > 0)
    .map((field) => findingAt(manifest, field, 'plain-secret', 'must come from the secret store'));
}

function configData(manifest: Manifest): Finding[] {
  const entries = Object.entries(fieldsAt(manifest.object, 'data'));
  return (
    entries
      // The name of one of Argo CD's customizations ends in that of a kind, ExternalSecret for one.
      .filter(([name, value]) => looksSecret(name, value) && !name.startsWith('resource.customizations.'))
      .map(([name]) =>
        findingAt(manifest, `data.${name}`, 'plain-secret', 'looks like a secret: belongs in a Secret'),
      )
  );
}

function plainVariables(scope: Scope): Finding[] {
  return podsOf(scope)
    .flatMap(containersOf)
    .flatMap(({ pod, path, fields }) =>
      (Array.isArray(fields['env']) ? fields['env'] : []).flatMap((variable: unknown, index) =>
        looksSecret(textAt(variable, 'name') ?? '', fieldsAt({ variable }, 'variable')['value'])
          ? [
              findingAt(
                pod.manifest,
                `${path}.env[${index}].value`,
                'plain-secret',
                'must be read from a Secret',
              ),
            ]
          : [],
      ),
    );
}

// A name that ends so, with a value that is neither empty, nor a flag, a path, an address, or another variable.
function looksSecret(name: string, value: unknown): boolean {
  if (typeof value !== 'string' || !secretName.test(name)) return false;
  return !/^$|^(true|false)$|^\d+$|^\/|^https?:\/\/|^\$\(\w+\)$/.test(value);
}

/** Texts that are secret wherever they stand. */
function secretTexts(manifest: Manifest): Finding[] {
  const findings: Finding[] = [];
  visitValues(manifest.object, (value, path) => {
    if (typeof value !== 'string') return;
    const what = secretText(value);
    // Templates of an ExternalSecret are filled in the cluster: `{{ .password }}` is passed over by the patterns.
    if (what !== undefined) findings.push(findingAt(manifest, path, 'plain-secret', `has ${what}`));
  });
  return groupKindOf(manifest.object) === 'apiextensions.k8s.io/CustomResourceDefinition' ? [] : findings;
}

function secretText(text: string): string | undefined {
  if (privateKey.test(text)) return 'a private key';
  if (urlWithPassword.test(text)) return 'an address with a password';
  return knownToken.test(text) ? 'what looks like a token' : undefined;
}
