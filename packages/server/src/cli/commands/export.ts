import { Command } from 'commander';
import { stringify } from 'yaml';
import { adminRequest, serverOption } from '../admin-client.js';

/** `export`: prints the running server's configuration as a file that `apply` takes. */
export function exportCommand(): Command {
  return new Command('export')
    .description('print the configuration of the running server as a configuration file')
    .addOption(serverOption())
    .action(async ({ server }: { server: string }) => {
      process.stdout.write(stringify(await adminRequest(server, 'GET', '/api/v1/export')));
    });
}
