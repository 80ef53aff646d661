import type { Region } from './schema.ts';

type Network = Region['network'];

/** There is no account yet: what follows has the form of AWS's ids and is nobody's. A real account's replace them. */
export const exampleAccountId = '111122223333';

/** The id of a public zone, a number each. */
export function exampleZone(number: number): string {
  return `Z00EXAMPLE${String(number).padStart(10, '0')}`;
}

/** A region's network: a route table and a subnet a zone, all their ids of one number. */
export function exampleNetwork(
  number: number,
  zones: number,
  addresses: Pick<Network, 'range' | 'loadBalancers'>,
): Network {
  const of = (prefix: string, part: number): string =>
    `${prefix}-0${String(number).padStart(8, '0')}${String(part).padStart(8, '0')}`;
  const each = (prefix: string): [string, ...string[]] => [
    of(prefix, 1),
    ...Array.from({ length: zones - 1 }, (_, index) => of(prefix, index + 2)),
  ];
  return { ...addresses, vpcId: of('vpc', 0), routeTableIds: each('rtb'), subnetIds: each('subnet') };
}

/** The issuer of a cluster's tokens. */
export function exampleIdentityProvider(number: number, cloudRegion: string): string {
  return `oidc.eks.${cloudRegion}.amazonaws.com/id/${String(number).padStart(32, '0')}`;
}

/** A cluster's API server. */
export function exampleApiServer(number: number, cloudRegion: string): string {
  return `https://${String(number).padStart(32, '0')}.gr7.${cloudRegion}.eks.amazonaws.com`;
}

/** Roots of meshes, an environment each; their keys were thrown away. */
export const exampleMeshRoots = {
  staging: `-----BEGIN CERTIFICATE-----
MIIB6DCCAY2gAwIBAgIUDnktzN7DOPWaCtuONS9r++KHykIwCgYIKoZIzj0EAwIw
QTERMA8GA1UECgwITWVyaWRpYW4xLDAqBgNVBAMMI0V4YW1wbGUgcm9vdCBvZiB0
aGUgbWVzaCBvZiBzdGFnaW5nMB4XDTI2MTEyNTIxNTkwNloXDTQ2MTEyMDIxNTkw
NlowQTERMA8GA1UECgwITWVyaWRpYW4xLDAqBgNVBAMMI0V4YW1wbGUgcm9vdCBv
ZiB0aGUgbWVzaCBvZiBzdGFnaW5nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
ODg53UZpW+G4p8XXAjZRjkcUz9ZwiQm7UsNW5iybZAVSStNZy9obRilj0qfusJdj
q1b1v8FUvpjahfRTrUr8OKNjMGEwHQYDVR0OBBYEFL7ufz11ncsKuUvzPTsxcRn+
6wtcMB8GA1UdIwQYMBaAFL7ufz11ncsKuUvzPTsxcRn+6wtcMA8GA1UdEwEB/wQF
MAMBAf8wDgYDVR0PAQH/BAQDAgEGMAoGCCqGSM49BAMCA0kAMEYCIQCOEfIl4eeg
Y7z0dejN32WnRv7PhFUELPs//JAKCtsHmAIhAJ/jFfqRpWyQ9PlaSMP/KtmJlOC3
7Ghku3PMdvwmHICL
-----END CERTIFICATE-----
`,
  production: `-----BEGIN CERTIFICATE-----
MIIB7TCCAZOgAwIBAgIUMdzFtd/XFvgl6+ioumfhl2RLzsIwCgYIKoZIzj0EAwIw
RDERMA8GA1UECgwITWVyaWRpYW4xLzAtBgNVBAMMJkV4YW1wbGUgcm9vdCBvZiB0
aGUgbWVzaCBvZiBwcm9kdWN0aW9uMB4XDTI2MTEyNTIxNTkwNVoXDTQ2MTEyMDIx
NTkwNVowRDERMA8GA1UECgwITWVyaWRpYW4xLzAtBgNVBAMMJkV4YW1wbGUgcm9v
dCBvZiB0aGUgbWVzaCBvZiBwcm9kdWN0aW9uMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEWZ8tBv4dXsXS+gdmpSIdT4EkXXi5Y+j74P1S6xGTLgwiUhswJQ+HW6cf
e89bQR20prY7HOHg+jqCr2ste9BULKNjMGEwHQYDVR0OBBYEFKr/O1YveaRZLgR9
pSuAjQOZq37wMB8GA1UdIwQYMBaAFKr/O1YveaRZLgR9pSuAjQOZq37wMA8GA1Ud
EwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMAoGCCqGSM49BAMCA0gAMEUCIQCH
g3wE5Q/jXcqKRlk82vuCd/hD9vZZI9PawTKPTNUTBQIgKsQoA1haV3t+ZYDON8nn
ryp5W/VOABt43mcKpA2RzWw=
-----END CERTIFICATE-----
`,
} as const;
