import { createTransport } from 'nodemailer';
import { expect, test } from 'vitest';
import { plainMail } from './plain-mail.ts';

const at = new Date('2026-03-04T05:06:07Z');
const from = 'Meridian <orders@mail.meridian.example>';
const mail = (changes: object = {}) => ({
  messageId: 'ord_use_1.OrderShipped@mail.meridian.example',
  to: 'ada.o@example.com',
  subject: 'Your order is on its way (order ord_use_1)',
  text: 'Hello Ada,\n\n.\nMeridian\n',
  ...changes,
});

/** The same mail as the library makes it: headers by name, and the decoded text. */
async function byLibrary(given: ReturnType<typeof mail>) {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const { message } = await transport.sendMail({
    ...given,
    from,
    date: at,
    messageId: `<${given.messageId}>`,
  });
  if (!Buffer.isBuffer(message)) throw new TypeError('buffer: true makes a buffer');
  return read(message.toString());
}

function read(raw: string) {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const headers = new Map(
    head
      .replaceAll(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const body = rest.join('\r\n\r\n');
  const isBase64 = headers.get('content-transfer-encoding') === 'base64';
  headers.delete('content-transfer-encoding');
  const text = isBase64 ? Buffer.from(body, 'base64').toString() : body;
  expect(text).not.toMatch(/(?<!\r)\n/);
  return { headers, text: text.replaceAll('\r\n', '\n').trimEnd() };
}

test('says what the library would say', async () => {
  expect(read(plainMail(mail(), from, at)!)).toEqual(await byLibrary(mail()));
});

test('text beyond ASCII comes through, in lines that may be sent', () => {
  const given = mail({ text: `Grüße, José ✓ ${'ä'.repeat(300)}\n` });
  const raw = plainMail(given, from, at)!;
  expect(read(raw).text).toBe(given.text.trimEnd());
  expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(76);
});

test.each(['Meridian, Inc. <orders@example.com>', 'Größe <orders@example.com>', 'a@b.c\nBcc: d@e.f'])(
  'leaves the sender %s to the library',
  (sender) => expect(plainMail(mail(), sender, at)).toBeUndefined(),
);

test.each([
  ['an address that would add a header', { to: 'a@example.com\r\nBcc: b@example.com' }],
  ['an address with a name', { to: 'Ada <a@example.com>' }],
  ['two addresses', { to: 'a@example.com,b@example.com' }],
  ['an address beyond ASCII', { to: 'ada@exämple.com' }],
  ['a subject beyond ASCII', { subject: 'Größe' }],
  ['a subject with a line break', { subject: 'a\nBcc: b@example.com' }],
  ['a long subject', { subject: 'a'.repeat(201) }],
  ['an id with a line break', { messageId: 'a@b\n' }],
])('leaves %s to the library', (_, changes) => {
  expect(plainMail(mail(changes), from, at)).toBeUndefined();
});
