/** What stops a promotion, told in one line: what, and where. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
}

/** The command line asks for something that cannot be: an environment, region or wave that there is not. */
export class WrongUsage extends Refusal {
  override readonly name = 'WrongUsage';
}
