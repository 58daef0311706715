import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../../../packages/server/dist/cli/ringback.js', import.meta.url));

/** Starts the real server on a free port; resolves when it serves. */
export async function startServer(options: {
  /** Of its data. */
  directory: string;
  /** A configuration file. */
  configuration: string;
  /** Connection string. */
  database: string;
}): Promise<{ url: string; child: ChildProcess }> {
  const { directory, configuration, database } = options;
  const child = spawn(
    process.execPath,
    [SERVER, 'start', '--port', '0', '--data', directory, '--config', configuration],
    {
      env: { ...process.env, RINGBACK_LOG_LEVEL: 'warn', DATABASE_URL: database },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
      const found = /ringback ready on (\S+)/.exec(output)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { url, child };
}

export async function stopServer(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
