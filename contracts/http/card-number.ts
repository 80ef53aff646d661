// ISO/IEC 7812: the networks' prefixes keep time stamps, which have 13 to 19 digits too, apart from card numbers.
const prefix = /^(?:4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|3[068]|35|6011|64[4-9]|65)/;

/** Whether a text is the number of a payment card, with or without blanks or hyphens. */
export function isCardNumber(text: string): boolean {
  const number = text.replaceAll(/[ -]/g, '');
  return /^\d{13,19}$/.test(number) && prefix.test(number) && passesLuhn(number);
}

/** The check digit of card numbers (ISO/IEC 7812-1, annex B). */
function passesLuhn(number: string): boolean {
  let sum = 0;
  for (const [index, digit] of Array.from(number).toReversed().entries()) {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
