import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An authority, and certificates of it, in a folder that `remove` deletes. For tests only. */
export type Certificates = ReturnType<typeof makeCertificates>;

/** Certificates for these names, good for 127.0.0.1 and localhost, for a day; made by openssl. */
export function makeCertificates(...names: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-tls-'));
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=ca', '-days', '1');
  writeFileSync(join(folder, 'san'), 'subjectAltName = IP:127.0.0.1, DNS:localhost\n');
  for (const name of names) {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1', '-extfile', 'san'];
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...signed);
  }
  return {
    path: (name: string): string => join(folder, name),
    read: (name: string): string => readFileSync(join(folder, name), 'utf8'),
    remove: (): void => rmSync(folder, { recursive: true }),
  };
}
