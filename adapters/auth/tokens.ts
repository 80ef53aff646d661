import { jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { parseUserId } from '../../domain/ids.ts';
import type { Caller, Tokens } from '../../platform/ports/security.ts';

const algorithm = 'HS256';
const longestToken = 4096;
const maxRoles = 16;

type Verified = { readonly caller: Caller; readonly expiresAtMs: number };

/** JWTs signed with a shared secret (HS256). A verified one is remembered until it expires, so that most cost a look-up. */
export function createTokens(secret: string, { maxRemembered = 50_000 } = {}): Tokens {
  const key = new TextEncoder().encode(secret);
  const remembered = new LRUCache<string, Verified>({ max: maxRemembered });

  async function verifyNew(token: string): Promise<Caller | undefined> {
    if (token.length > longestToken) return undefined;
    const payload = await payloadOf(token, key);
    const { sub = '', exp = 0, roles = [] } = payload ?? {};
    if (!parseUserId(sub) || !isRoles(roles)) return undefined;
    const caller: Caller = { userId: sub, roles };
    remembered.set(token, { caller, expiresAtMs: exp * 1000 });
    return caller;
  }

  return {
    verify(token) {
      const known = remembered.get(token);
      if (known && known.expiresAtMs > Date.now()) return Promise.resolve(known.caller);
      return verifyNew(token);
    },
  };
}

/** Makes a token of one hour, or of `lifetimeS`. */
export function signToken(
  secret: string,
  { userId, roles }: Caller,
  { lifetimeS = 3600 }: { readonly lifetimeS?: number } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT(roles.length > 0 ? { roles } : {})
    .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
    .setSubject(userId)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeS)
    .sign(new TextEncoder().encode(secret));
}

async function payloadOf(token: string, key: Uint8Array) {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      requiredClaims: ['sub', 'exp'],
    });
    return payload;
  } catch {
    return undefined; // malformed, expired or another's: to the caller it is all one
  }
}

function isRoles(roles: unknown): roles is string[] {
  return Array.isArray(roles) && roles.length <= maxRoles && roles.every((role) => typeof role === 'string');
}
