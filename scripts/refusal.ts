/** What stops a tool, told in one line: what, and where. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  /** What the tool exits with. */
  readonly exitCode: number = 1;
}

/** The command line asks for something that cannot be: an environment, region or wave that there is not. */
export class WrongUsage extends Refusal {
  override readonly name = 'WrongUsage';
  override readonly exitCode = 2;
}
