import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import SMTPPool from 'nodemailer/lib/smtp-pool';
import { Pool } from 'undici';
import { z } from 'zod';
import { PermanentError, TransientError } from '../../platform/errors.ts';
import type { Mail, Mailer } from '../../platform/ports/mail.ts';
import { createBreaker } from '../breaker.ts';
import { timeLimit } from '../time-limit.ts';
import type { MailServer } from './mail-server.ts';
import { plainMail } from './plain-mail.ts';

export interface SmtpMailerOptions extends MailServer {
  /** The sender of every mail. */
  from: string;
  /** Where the mail server can be asked what it took: `GET /mails?messageId=…`. */
  apiUrl: string;
  connections?: number;
  timeoutMs?: number;
  /** How long an open breaker waits before it lets one call through. */
  resetTimeoutMs?: number;
  /** Calls in the last 10 s below which a breaker does not judge. */
  volumeThreshold?: number;
}

interface Failure {
  messageId: string;
  cause: unknown;
}

const known = z.object({ mails: z.array(z.object({ messageId: z.string() })) });
/** Message ids asked for in one query string. */
const askBatch = 50;

const expiring = 'claim-expiring';
/** As the breaker says it. */
const timedOut = 'smtp-timed-out';
const cutOff = 'smtp-cut-off';

/**
 * Sends over a pool of kept SMTP connections behind a breaker; the Message-ID is the one given, so a repeat can be told
 * by it. The mail server's HTTP API can be away while it takes mails, so it has a breaker of its own.
 */
export const createSmtpMailer = (options: SmtpMailerOptions): Mailer & { close(): Promise<void> } => {
  const { timeoutMs = 3000, connections = 8, resetTimeoutMs, volumeThreshold } = options;
  const limits = { timeoutMs, resetTimeoutMs, volumeThreshold };
  const smtp = createBreaker({ target: 'smtp', concurrency: connections, ...limits });
  const questions = createBreaker({ target: 'smtp-api', ...limits });
  const { host, port, secure = false, login } = options;
  const pool = new SMTPPool({
    host,
    port,
    secure,
    // A password goes over TLS or not at all.
    ...(login === undefined
      ? {}
      : { auth: { user: login.username, pass: login.password }, requireTLS: true }),
    maxConnections: connections,
    maxMessages: 1000,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const transport = createTransport(pool);
  const api = new Pool(options.apiUrl, { connections: 4, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });

  const sender = addressOf(options.from);
  const hand = async (mail: Mail): Promise<void> => {
    const { messageId, to, subject, text } = mail;
    const raw = plainMail(mail, options.from, new Date());
    const progress = { hasBegun: raw === undefined };
    // opossum only stops waiting. nodemailer would go on, or begin when its pool has a connection again, and repeats a
    // mail whose connection was closed; the signal ends all that.
    const limit = timeLimit(timeoutMs);
    const { signal } = limit;
    try {
      await (raw
        ? sendRaw(pool, { from: sender, to, messageId, raw, signal }, progress)
        : transport.sendMail({ from: options.from, to, subject, messageId: `<${messageId}>`, text, signal }));
    } catch (cause) {
      if (signal.aborted)
        throw new TransientError(timedOut, 'the mail server did not answer in time', { cause });
      if (progress.hasBegun && isCutOff(cause))
        throw new TransientError(cutOff, 'the connection ended before the mail server answered', { cause });
      throw isPermanent(cause)
        ? new PermanentError('mail-refused', 'the mail server refused a mail', { cause })
        : new TransientError('mail-not-taken', 'the mail server did not take a mail', { cause });
    } finally {
      limit.end();
    }
  };
  const requireTime = (endByMs: number): void => {
    if (performance.now() + timeoutMs <= endByMs) return;
    throw new TransientError(expiring, 'a mail could be under way for longer than it is claimed');
  };
  const sendOne = async (mail: Mail, endByMs: number): Promise<Failure | undefined> => {
    try {
      await smtp.call(
        'send',
        () => hand(mail),
        () => requireTime(endByMs),
      );
      return undefined;
    } catch (cause) {
      return { messageId: mail.messageId, cause };
    }
  };

  return {
    async send(mails, { endByMs = Infinity } = {}) {
      const results = await Promise.all(mails.map((mail) => sendOne(mail, endByMs)));
      const failures = results.filter((result) => result !== undefined);
      if (failures.length > 0) throw failed(failures);
    },
    async accepted(messageIds) {
      const taken = new Set<string>();
      for (let at = 0; at < messageIds.length; at += askBatch) {
        const batch = messageIds.slice(at, at + askBatch);
        for (const messageId of await questions.call('accepted', () => ask(api, batch))) taken.add(messageId);
      }
      return taken;
    },
    async close() {
      smtp.close();
      questions.close();
      transport.close();
      await api.destroy();
    },
  };
};

type PoolMail = Parameters<SMTPPool['send']>[0];
type RawMail = {
  readonly from: string;
  readonly to: string;
  readonly messageId: string;
  readonly raw: string;
  readonly signal: AbortSignal;
};

/** Whether anything of the text may be with the server; of a mail that the library sends nobody knows. */
type Progress = { hasBegun: boolean };

/**
 * Hands a mail that is written out to the pool, which is what a transport of nodemailer is for (its "Creating transports"):
 * `sendMail` would compose it again, parse its addresses and draw random ids, which is half of what a mail costs.
 */
const sendRaw = (
  pool: SMTPPool,
  { from, to, messageId, raw, signal }: RawMail,
  progress: Progress,
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    let text: Readable | undefined;
    const message = {
      getEnvelope: () => ({ from, to: [to] }),
      messageId: () => `<${messageId}>`,
      getHeader: () => `<${messageId}>`,
      createReadStream: () => (text = Readable.from(Buffer.from(raw), { objectMode: false })),
    };
    // Of a mail the pool uses nothing else.
    pool.send({ data: { signal }, message } as unknown as PoolMail, (error, info) => {
      progress.hasBegun = text?.readableDidRead === true;
      if (error) reject(error);
      else resolve(info);
    });
  });

/** The address in `Name <address>`. */
const addressOf = (from: string): string => /<([^<>]+)>$/.exec(from)?.[1] ?? from;

const ask = async (api: Pool, messageIds: readonly string[]): Promise<string[]> => {
  const query = new URLSearchParams(messageIds.map((id) => ['messageId', id]));
  try {
    const { statusCode, body } = await api.request({ method: 'GET', path: `/mails?${query.toString()}` });
    const json: unknown = await body.json();
    if (statusCode !== 200) throw new Error(`the mail server's API answered ${statusCode}`);
    return known.parse(json).mails.map(({ messageId }) => messageId);
  } catch (cause) {
    throw new TransientError('mail-server-unreachable', 'the mail server does not say what it took', {
      cause,
    });
  }
};

// An answer has a code; a connection that could not be made is an error of `connect`.
const isCutOff = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ECONNECTION', 'ESOCKET'].includes(String(error.code)) &&
  !('responseCode' in error && error.responseCode) &&
  !('syscall' in error && error.syscall === 'connect');

// 5xx to the recipient or the text is the server's "never"; to its greeting, a login or our sender it is about us, and no mail is
// given up for it. 4xx, a closed socket or a time-out may be better later (RFC 5321, 4.2.1).
const isPermanent = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if ('responseCode' in error && typeof error.responseCode === 'number')
    return (
      error.responseCode >= 500 && 'command' in error && /^(?:RCPT TO|DATA)$/.test(String(error.command))
    );
  return 'code' in error && error.code === 'EENVELOPE';
};

// One mail that may still go keeps the batch transient: what was sent is known by its id, and the runner halves it.
const failed = (failures: readonly Failure[]): TransientError | PermanentError => {
  const ids = failures.map(({ messageId }) => messageId);
  const passing = failures.map(({ cause }) => cause).filter((cause) => !(cause instanceof PermanentError));
  if (passing.length === 0) {
    return new PermanentError('mail-refused', `the mail server refused ${failures.length} mails`, {
      details: { failed: ids },
      cause: failures[0]?.cause,
    });
  }
  // Of a batch that trips the breaker the first were tried and the others were not: how long to stay away counts.
  const away = passing.find((error) => retryAfterMsOf(error) !== undefined);
  const late = passing.find((error) => codeOf(error) === expiring);
  const unanswered = failures.flatMap(({ messageId, cause }) =>
    [timedOut, cutOff].includes(codeOf(cause) ?? '') ? [messageId] : [],
  );
  return new TransientError(
    away ? 'smtp-breaker-open' : late ? expiring : 'mail-not-taken',
    `the mail server did not take ${failures.length} mails`,
    {
      details: { failed: ids, unanswered, ...(away ? { retryAfterMs: retryAfterMsOf(away) } : {}) },
      cause: away ?? late ?? passing[0],
    },
  );
};

const codeOf = (error: unknown): string | undefined =>
  error instanceof TransientError ? error.code : undefined;

const retryAfterMsOf = (error: unknown): unknown =>
  error instanceof TransientError ? error.details['retryAfterMs'] : undefined;
