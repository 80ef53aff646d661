/** Where a mail server listens, and who we are to it. */
export type MailServer = {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte, rather than STARTTLS where the server offers it. */
  readonly secure?: boolean;
  readonly login?: { readonly username: string; readonly password: string };
};

/** What `smtp[s]://[user:password@]host[:port]` says; the ports are those of RFC 5321 and RFC 8314 unless given. */
export function mailServerOf(url: string): MailServer {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const login = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return {
    host: hostname.replaceAll(/^\[|\]$/g, ''), // an IPv6 address stands in brackets there
    port: Number(port || (secure ? 465 : 25)),
    secure,
    ...(username === '' ? {} : { login }),
  };
}
