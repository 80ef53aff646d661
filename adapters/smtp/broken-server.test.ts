import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createSmtpMailer } from './smtp-mailer.ts';

const mail = { messageId: 'a@m', to: 'ada@example.com', subject: 'Paid', text: 'Thanks' };

/** Sends one mail to a server that does this with a line; what it does not say anything to is taken. */
async function sendTo(say: (line: string, socket: Socket) => string | undefined) {
  const server = createServer((socket) => {
    let heard = '';
    socket.on('error', () => undefined);
    const answer = (line: string) => {
      const words = say(line, socket) ?? (isText ? '' : line === 'DATA' ? '354 go on' : '250 fine');
      if (words !== '' && socket.writable) socket.write(`${words}\r\n`);
      isText = line === 'DATA' || (isText && line !== '.');
    };
    let isText = false;
    const greeting = say('', socket) ?? '220 welcome';
    if (socket.writable) socket.write(`${greeting}\r\n`);
    socket.on('data', (bytes) => {
      heard += bytes.toString();
      for (let end = heard.indexOf('\r\n'); end >= 0; end = heard.indexOf('\r\n')) {
        const line = heard.slice(0, end);
        heard = heard.slice(end + 2);
        if (line !== '') answer(line);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const mailer = createSmtpMailer({
    host: '127.0.0.1',
    port,
    apiUrl: 'http://127.0.0.1:1',
    from: 'Meridian <shop@meridian.test>',
    timeoutMs: 800,
  });
  const error: unknown = await mailer.send([mail]).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  await mailer.close();
  server.close();
  return error;
}

test.each<[string, Parameters<typeof sendTo>[0]]>([
  ['closes', (line, socket) => (line === '.' ? (socket.end(), '') : undefined)],
  ['resets', (line, socket) => (line === '.' ? (socket.resetAndDestroy(), '') : undefined)],
])('a server that %s before it answered to the text: it may have the mail', async (_what, say) => {
  expect(await sendTo(say)).toMatchObject({
    name: 'TransientError',
    details: { failed: ['a@m'], unanswered: ['a@m'] },
  });
});

test('a server that closes before it heard the text: it has nothing', async () => {
  expect(
    await sendTo((line, socket) => (line.startsWith('RCPT') ? (socket.destroy(), '') : undefined)),
  ).toMatchObject({ name: 'TransientError', details: { failed: ['a@m'], unanswered: [] } });
});

test.each<[string, Parameters<typeof sendTo>[0]]>([
  ['does not want to talk', (line) => (line === '' ? '554 no service here' : undefined)],
  ['refuses our sender', (line) => (line.startsWith('MAIL') ? '550 who are you' : undefined)],
  ['wants a login', (line) => (line.startsWith('MAIL') ? '530 log in first' : undefined)],
])('a server that %s: that is not the mail it refuses, and none is given up', async (_what, say) => {
  expect(await sendTo(say)).toMatchObject({
    name: 'TransientError',
    details: { failed: ['a@m'], unanswered: [] },
  });
});

test('a server that refuses the text: that mail is given up', async () => {
  expect(await sendTo((line) => (line === '.' ? '554 spam' : undefined))).toMatchObject({
    name: 'PermanentError',
    details: { failed: ['a@m'] },
  });
});
