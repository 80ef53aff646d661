import { createSigner, createVerifier } from 'fast-jwt';
import { LRUCache } from 'lru-cache';
import { parseUserId } from '../../domain/ids.ts';
import { tokenIssuer, type Caller, type Tokens } from '../../platform/ports/security.ts';

const algorithm = 'HS256';
const longestToken = 4096;
const maxRoles = 16;

type Payload = { readonly sub?: unknown; readonly exp?: unknown; readonly roles?: unknown };
type Verified = { readonly caller: Caller; readonly expiresAtMs: number };

/** JWTs signed with a shared secret (HS256). A verified one is remembered until it expires, so that most cost a look-up. */
export function createTokens(secret: string, { maxRemembered = 10_000 } = {}): Tokens {
  const payloadOf = createVerifier({
    key: secret,
    algorithms: [algorithm],
    requiredClaims: ['sub', 'exp'],
    cache: false,
  });
  const remembered = new LRUCache<string, Verified>({ max: maxRemembered });

  function verifyNew(token: string): Caller | undefined {
    if (token.length > longestToken) return undefined;
    try {
      const { sub, exp, roles = [] } = payloadOf(token) as Payload;
      if (!isUserId(sub) || typeof exp !== 'number' || !isRoles(roles)) return undefined;
      const caller: Caller = { userId: sub, roles };
      remembered.set(token, { caller, expiresAtMs: exp * 1000 });
      return caller;
    } catch {
      return undefined; // malformed, expired or another's: to the caller it is all one
    }
  }

  return {
    verify(token) {
      const known = remembered.get(token);
      if (known && known.expiresAtMs > Date.now()) return Promise.resolve(known.caller);
      return Promise.resolve(verifyNew(token));
    },
  };
}

/** Makes a token of one hour, or of `lifetimeS`. */
export function signToken(
  secret: string,
  { userId, roles }: Caller,
  { lifetimeS = 3600 }: { readonly lifetimeS?: number } = {},
): Promise<string> {
  const sign = createSigner({ key: secret, algorithm, iss: tokenIssuer, expiresIn: lifetimeS * 1000 });
  return Promise.resolve(sign({ sub: userId, ...(roles.length > 0 ? { roles } : {}) }));
}

const isUserId = (sub: unknown): sub is string => typeof sub === 'string' && parseUserId(sub) !== undefined;

function isRoles(roles: unknown): roles is string[] {
  return Array.isArray(roles) && roles.length <= maxRoles && roles.every((role) => typeof role === 'string');
}
