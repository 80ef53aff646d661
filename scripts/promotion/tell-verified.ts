import { announcePullRequest } from './pull-request.ts';
import { gatesMarkdown, verificationReport } from './report.ts';
import type { Repository } from './repository.ts';
import type { Verified } from './verify.ts';

/** Prints what was found, and opens the pull request of a record that was pushed. The exit code is 1 where a gate said no. */
export async function tellVerified(repository: Repository, result: Verified, json: boolean): Promise<void> {
  process.stdout.write(`${json ? JSON.stringify(result, null, 2) : verificationReport(result)}\n`);
  if (!result.passed) process.exitCode = 1;
  else if (result.recorded?.push === 'branch') {
    const gates = result.regions.flatMap((verification) => verification.gates);
    await announcePullRequest(repository, { ...result.recorded, body: gatesMarkdown(gates) });
  }
}
