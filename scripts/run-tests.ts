import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

// Each check is one test in the final count; each vitest project adds its own numbers from its JSON report.
const checks = ['format', 'lint', 'types', 'imports', 'unused', 'rendered', 'validated'];
const projects = process.argv.includes('--unit') ? ['unit'] : ['unit', 'integration'];
let passed = 0;
let failed = 0;

for (const check of checks) {
  const { status } = spawnSync('npm', ['run', '--silent', check], { stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${check}`);
  if (status === 0) passed += 1;
  else failed += 1;
}

mkdirSync('.meridian', { recursive: true });
for (const project of projects) {
  const report = `.meridian/${project}-report.json`;
  rmSync(report, { force: true });
  const args = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const { status } = spawnSync('vitest', args, { stdio: 'inherit' });
  const counts = readCounts(report);
  passed += counts.passed;
  // A run that ended badly without a failed test (a crash, an unhandled error, no test found) is a failure of its own.
  failed += counts.failed === 0 && (status !== 0 || counts.passed === 0) ? 1 : counts.failed;
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function readCounts(report: string): { passed: number; failed: number } {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
    };
    return { passed: numPassedTests, failed: numFailedTests };
  } catch (cause) {
    console.error(`no report of the tests at ${report}: ${String(cause)}`);
    return { passed: 0, failed: 1 };
  }
}
