/** An address as nearly all are: one that needs no encoding in a header or an envelope (RFC 5321, `Dot-string` and domain). */
const plainAddress =
  /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[\dA-Za-z](?:[\dA-Za-z.-]*[\dA-Za-z])?$/;
/** `Name <address>`, of words that need no quotes. */
const plainSender = /^[\w .-]{1,100}<[\w.+-]+@[\w.-]+>$/;
const plainHeader = /^[\x20-\x7e]{0,200}$/;
const plainLines = /^(?:[\x20-\x7e]{0,900}\n)*[\x20-\x7e]{0,900}$/;

/**
 * A mail of plain text as it goes over the wire (RFC 5322, RFC 2045), or nothing when an address or the subject needs
 * encoding: those are the library's, which makes a tree of streams for a mail of one part.
 */
export function plainMail(
  mail: { readonly to: string; readonly subject: string; readonly messageId: string; readonly text: string },
  from: string,
  at: Date,
): string | undefined {
  const { to, subject, messageId, text } = mail;
  if (
    !plainSender.test(from) ||
    !plainAddress.test(to) ||
    !plainHeader.test(subject) ||
    !plainAddress.test(messageId)
  )
    return undefined;
  const ascii = plainLines.test(text);
  // RFC 2045, 6.8: line ends are CRLF before they are encoded, too.
  const lines = text.replaceAll(/\r?\n/g, '\r\n');
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Message-ID: <${messageId}>`,
    `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Transfer-Encoding: ${ascii ? '7bit' : 'base64'}`,
    '',
    ascii ? lines : inLines(Buffer.from(lines).toString('base64')),
    '',
  ].join('\r\n');
}

/** Lines of base64 have at most 76 characters (RFC 2045, 6.8). */
function inLines(base64: string): string {
  return base64.replaceAll(/.{76}(?=.)/g, '$&\r\n');
}
