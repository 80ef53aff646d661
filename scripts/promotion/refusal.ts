/** What stops a promotion, told in one line: what, and where. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
