import { once } from 'node:events';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificates, type Certificates } from '../../scripts/testing/certificates.ts';
import { mailServerOf } from './mail-server.ts';
import { createSmtpMailer } from './smtp-mailer.ts';

test.each([
  ['smtp://127.0.0.1:14025', { host: '127.0.0.1', port: 14_025, secure: false }],
  ['smtp://mail.example', { host: 'mail.example', port: 25, secure: false }],
  ['smtps://mail.example', { host: 'mail.example', port: 465, secure: true }],
  ['smtp://[::1]:25', { host: '::1', port: 25, secure: false }],
  [
    'smtps://AKIA%2F1:p%40ss@mail.example:2465',
    { host: 'mail.example', port: 2465, secure: true, login: { username: 'AKIA/1', password: 'p@ss' } },
  ],
])('%s', (url, expected) => expect(mailServerOf(url)).toEqual(expected));

let certificates: Certificates;
const trusted = getCACertificates('default');
beforeAll(() => {
  certificates = makeCertificates('server');
  setDefaultCACertificates([...trusted, certificates.read('ca.crt')]);
});
afterAll(() => {
  setDefaultCACertificates(trusted);
  certificates.remove();
});

/** Sends one mail to a server that wants a login, and tells what became of it and what the server heard. */
async function sendTo(options: SMTPServerOptions, urlOf: (port: number) => string) {
  const mails: string[] = [];
  const logins: string[] = [];
  const server = new SMTPServer({
    key: certificates.read('server.key'),
    cert: certificates.read('server.crt'),
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: ({ username = '', password = '' }, { secure }, done) => {
      logins.push(`${username}:${password}${secure ? '' : ' in plain text'}`);
      if (password === 'p@ss') done(null, { user: username });
      else done(new Error('who are you'));
    },
    onData: (stream, _session, done) => {
      stream.toArray().then((chunks) => done(null, String(mails.push(String(Buffer.concat(chunks))))), done);
    },
    ...options,
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  if (!listening.listening) await once(listening, 'listening');
  const { port } = listening.address() as { port: number };
  const mailer = createSmtpMailer({
    ...mailServerOf(urlOf(port)),
    from: 'Meridian <shop@meridian.test>',
    apiUrl: 'http://127.0.0.1:1',
    timeoutMs: 1000,
  });
  const mail = { messageId: 'a@m', to: 'ada@example.com', subject: 'Paid', text: 'Thanks' };
  const error: unknown = await mailer.send([mail]).catch((thrown: unknown) => thrown);
  await mailer.close();
  await new Promise<void>((resolve) => server.close(resolve));
  return { error, mails: mails.length, logins };
}

test.each<[string, SMTPServerOptions, string]>([
  ['TLS from the first byte', { secure: true }, 'smtps'],
  ['STARTTLS', { secure: false }, 'smtp'],
])('a mail goes over %s, with a login', async (_what, options, protocol) => {
  expect(await sendTo(options, (port) => `${protocol}://shop:p%40ss@127.0.0.1:${port}`)).toEqual({
    error: undefined,
    mails: 1,
    logins: ['shop:p@ss'],
  });
});

test('a password is not said in plain text', async () => {
  const options = { disabledCommands: ['STARTTLS'], allowInsecureAuth: true };
  expect(await sendTo(options, (port) => `smtp://shop:p%40ss@127.0.0.1:${port}`)).toMatchObject({
    error: { name: 'TransientError' },
    mails: 0,
    logins: [],
  });
});

test('a password that is not taken gives no mail up', async () => {
  expect(await sendTo({ secure: true }, (port) => `smtps://shop:old@127.0.0.1:${port}`)).toMatchObject({
    error: { name: 'TransientError', details: { failed: ['a@m'], unanswered: [] } },
    mails: 0,
  });
});
