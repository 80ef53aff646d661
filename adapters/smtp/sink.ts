import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { MailIndex } from './mail-index.ts';

export interface MailSinkOptions {
  /** Holds `mails.jsonl`. */
  folder: string;
  /** 0 takes any free port. */
  smtpPort: number;
  apiPort: number;
  /** Message ids kept in memory. */
  memoryLimit?: number;
  /** How long it takes over each mail before it has it, in ms. */
  slowMs?: number;
}

export interface MailSink {
  smtpPort: number;
  apiUrl: string;
  close(): Promise<void>;
}

const maxMailBytes = 1_000_000;

/** A mail server on 127.0.0.1 that keeps all it gets and delivers nothing; its HTTP API says what it took. */
export const startMailSink = async (options: MailSinkOptions): Promise<MailSink> => {
  const index = new MailIndex(options.folder, options.memoryLimit ?? 500_000);
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: maxMailBytes,
    closeTimeout: 500,
    onRcptTo: ({ address }, _session, callback) => callback(refusalOf(address)),
    onData: (stream, session, callback) => {
      take(index, stream, session, options.slowMs).then(() => callback(), callback);
    },
  });
  // A client that drops its connection is the client's matter; without a listener it would end the process.
  smtp.on('error', () => undefined);
  smtp.server.on('connection', answerTogether);
  const smtpPort = await listenSmtp(smtp, options.smtpPort);

  const listener = getRequestListener(sinkApi(index).fetch);
  const api = createServer((request, response) => void listener(request, response));
  api.listen(options.apiPort, '127.0.0.1');
  await once(api, 'listening');
  return {
    smtpPort,
    apiUrl: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    async close() {
      const closed = once(api, 'close');
      api.close();
      api.closeAllConnections();
      await closed;
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
      index.close();
    },
  };
};

const sinkApi = (index: MailIndex): Hono => {
  const app = new Hono();
  app.get('/mails', (c) => {
    const ids = c.req.queries('messageId') ?? [];
    return c.json({ mails: ids.map((id) => index.find(id)).filter((mail) => mail !== undefined) });
  });
  app.get('/mails/count', (c) => c.json(index.counts()));
  return app;
};

/** The answers to commands that came together go out together (RFC 2920, 3.2), not with a write each. */
const answerTogether = (socket: Socket): void => {
  // Not before the server reads: what nobody listens to yet would be lost.
  socket.once('resume', () => {
    socket.on('data', () => {
      socket.cork();
      setImmediate(() => socket.uncork());
    });
  });
};

const take = async (
  index: MailIndex,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  slowMs = 0,
): Promise<void> => {
  const source = await textOf(stream);
  if (stream.sizeExceeded) throw reply(552, 'mail too large');
  const headers = source.slice(0, source.indexOf('\r\n\r\n') + 2);
  const messageId = /^message-id:\s*<([^>]+)>/im.exec(headers)?.[1];
  if (messageId === undefined) throw reply(554, 'no Message-ID');
  if (slowMs > 0) await delay(slowMs);
  const to = session.envelope.rcptTo.map(({ address }) => address);
  index.keep({ messageId, to, at: new Date().toISOString(), source });
};

/** Without the asynchronous iterator of `toArray`, which costs more than the rest of a small mail. */
const textOf = (stream: SMTPServerDataStream): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => resolve(Buffer.concat(chunks).toString()));
    stream.on('error', reject);
  });

/** Failures on demand: `refused@…` gets 550, `busy@…` gets 451. */
const refusalOf = (address: string): Error | null => {
  if (address.startsWith('refused@')) return reply(550, 'no such mailbox');
  return address.startsWith('busy@') ? reply(451, 'try again later') : null;
};

const reply = (responseCode: number, message: string): Error =>
  Object.assign(new Error(message), { responseCode });

const listenSmtp = async (smtp: SMTPServer, port: number): Promise<number> => {
  const server = smtp.listen(port, '127.0.0.1');
  if (!server.listening) await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
