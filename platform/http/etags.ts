import { hash } from 'node:crypto';
import { answer, type Answer } from './answer.ts';

const entityTag = /(?:W\/)?"([^"]*)"/g;

/** The entity tag of a versioned resource. */
export function versionTag(version: number): string {
  return `"v${version}"`;
}

/** The entity tag of a resource that has no version. */
export function contentTag(body: unknown): string {
  return `"${hash('sha256', JSON.stringify(body), 'base64url').slice(0, 22)}"`;
}

/** 304 when the client has this one already (If-None-Match, compared weakly: RFC 9110, 13.1.2), else 200. */
export function conditional(
  ifNoneMatch: string | undefined,
  tag: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const withTag = { ...headers, etag: tag };
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, tag)) return answer(304, undefined, withTag);
  return answer(200, body, withTag);
}

/** The version that If-Match asks for; undefined when any will do, `never` when no version has such a tag. */
export function requiredVersion(ifMatch: string | undefined): number | undefined | 'never' {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const version = /^\s*"v(\d{1,9})"\s*$/.exec(ifMatch)?.[1];
  return version === undefined ? 'never' : Number(version);
}

function matches(header: string, tag: string): boolean {
  if (header.trim() === '*') return true;
  return [...header.matchAll(entityTag)].some(([, opaque]) => `"${opaque}"` === tag);
}
