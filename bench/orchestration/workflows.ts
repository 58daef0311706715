import { DBOS } from '@dbos-inc/dbos-sdk';
import { newId } from 'ringback/dist/kernel/index.js';
import { KNOWN } from './application.js';

interface Addition {
  by: number;
}

/** Resolved when the step on a workflow's event has been carried out. */
const waiting = new Map<string, () => void>();

/** Waits for events and does one durable step for each. */
const waits = DBOS.registerWorkflow(
  async (): Promise<void> => {
    const known = KNOWN;
    let count = 0;
    while (known.call.attempts === 0) {
      const addition = await DBOS.recv<Addition>('n', 3600);
      if (addition === null) return;
      count = await DBOS.runStep(async () => count + addition.by, { name: 'add' });
      waiting.get(DBOS.workflowID ?? '')?.();
    }
  },
  { name: 'waits' },
);

/** Does one step and answers. */
const replies = DBOS.registerWorkflow(
  async (): Promise<string> => DBOS.runStep(async () => 'welcome', { name: 'welcome' }),
  { name: 'replies' },
);

export const workflows = {
  async start(systemDatabaseUrl: string): Promise<void> {
    DBOS.setConfig({
      name: 'bench',
      systemDatabaseUrl,
      systemDatabasePoolSize: 32,
      logLevel: 'error',
      runAdminServer: false,
    });
    await DBOS.launch();
  },

  /** @returns the id of a workflow that waits for events */
  async begin(): Promise<string> {
    const workflowID = newId();
    await DBOS.startWorkflow(waits, { workflowID })();
    return workflowID;
  },

  /** Sends an event; resolves when its step is durable. */
  async transition(workflow: string): Promise<void> {
    const done = new Promise<void>((resolve) => waiting.set(workflow, resolve));
    await DBOS.send<Addition>(workflow, { by: 1 }, 'n');
    await done;
  },

  /** Starts a workflow and waits for what it answers. */
  async reply(): Promise<void> {
    const handle = await DBOS.startWorkflow(replies, { workflowID: newId() })();
    await handle.getResult();
  },

  stop: () => DBOS.shutdown(),
};
