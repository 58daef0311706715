import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import type {} from '../src/store/testing.js';
import { TestCluster } from '../src/store/testing-cluster.js';

/**
 * Global set-up of vitest: a small service in vitest's main process that gives out test databases (POST: a new one;
 * DELETE: drop it). The PostgreSQL server starts with the first request, so runs that need none do not wait for it.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  let cluster: Promise<TestCluster> | undefined;
  const service = createServer(async (request, response) => {
    // A connection that is kept could be closed here at the moment at which a test asks over it again.
    response.setHeader('connection', 'close');
    try {
      cluster ??= TestCluster.start();
      const databases = await cluster;
      if (request.method === 'DELETE') await databases.dropDatabase(await bodyOf(request));
      response.end(request.method === 'POST' ? await databases.createDatabase() : '');
    } catch (error) {
      response.statusCode = 500;
      response.end(error instanceof Error ? error.message : String(error));
    }
  });
  // A connection that is kept is not closed at the moment when a busy test asks again.
  service.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  // A listening TCP server's address is never a string.
  project.provide('testDatabases', `http://127.0.0.1:${(service.address() as AddressInfo).port}`);
  return async () => {
    service.closeAllConnections();
    await new Promise((resolve) => service.close(resolve));
    await (await cluster)?.stop();
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
