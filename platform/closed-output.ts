/**
 * For the entry of a tool or a process: what nobody reads any more (the reader of a pipe ended, a terminal was closed) is
 * lost, and no error of the work that is told about. It is finished, and exits with its own code.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  }
}
