/** Who calls: the subject of a verified token. */
export type Caller = { readonly userId: string; readonly roles: readonly string[] };

/** Who signs the tokens, as their `iss`: the API gateway in front of us finds the key by it. */
export const tokenIssuer = 'meridian';

export interface Tokens {
  /** Undefined when the token is malformed, expired or signed by somebody else. */
  verify(token: string): Promise<Caller | undefined>;
}

export interface WebhookSignatures {
  /** Whether the provider signed these bytes lately. */
  verify(signature: string, rawBody: string): boolean;
}
