import { expect } from 'vitest';
import { eventually, ServerProcess } from '../server/server-process.js';
import { AsteriskServer } from './asterisk.js';
import { REGISTRATION_SECONDS } from './asterisk-profile.js';
import { Phone } from './baresip.js';
import { freePorts } from './free-ports.js';
import { asteriskRoot } from './real-telephones.js';
import { type Relay, relayTcp } from './relay.js';
import { SippCustomers } from './sipp.js';
import { PATIENCE_MS } from './waiting.js';

export interface InstallationOptions {
  driver: 'asterisk' | 'sip';
  /** How many agents there are, each with a phone that answers by itself: a1 at DN 2001, and so on. */
  agents: number;
  /** Further objects of the configuration, as YAML. */
  configuration: string;
}

export interface AgentView {
  id: string;
  state: string;
  /** Why it is not ready. */
  reason?: string;
  /** What its telephone does. */
  phone?: string;
}

/** Why an agent was made not ready whose telephone was not there. */
const UNREACHED = 'device-offline';

/** Ringback as a process of its own, the switch that it is connected to, agents with phones, and the customers' network. */
export class Installation {
  readonly phones: Phone[] = [];

  private constructor(
    readonly server: ServerProcess,
    readonly customers: SippCustomers,
    readonly asterisk: AsteriskServer | undefined,
    /** Between Ringback and Asterisk. */
    readonly network: Relay | undefined,
    readonly agents: readonly string[],
  ) {}

  static async open(options: InstallationOptions): Promise<Installation> {
    const customers = await SippCustomers.start();
    const agents = Array.from({ length: options.agents }, (_, index) => `a${index + 1}`);
    const dns = agents.map((_, index) => String(2001 + index));
    const asterisk =
      options.driver === 'asterisk'
        ? await AsteriskServer.start({ root: asteriskRoot(), trunkPort: customers.port, phones: dns })
        : undefined;
    const network = asterisk && (await relayTcp(asterisk.ports.http));
    const port = asterisk?.ports.sip ?? (await freePorts(1));
    const told =
      asterisk && network ? asteriskSwitch(asterisk, network.port, dns) : sipSwitch(port, customers.port, dns);
    const server = await ServerProcess.create({
      config: `${told}
options: { routing: { wrap-up-time: "1" } }
agents:
${agents.map((id, index) => `  - { id: ${id}, dn: "${dns[index]}", groups: [Support] }`).join('\n')}
agentGroups: [{ name: Support, dbid: 201 }]
virtualQueues: [{ name: SupportVQ }]
${options.configuration}
`,
    });
    const installation = new Installation(server, customers, asterisk, network, agents);
    const registrar = `127.0.0.1:${port}`;
    const phone = (name: string) => ({
      name,
      registrar,
      ...(asterisk && { registrationSeconds: REGISTRATION_SECONDS }),
    });
    try {
      await server.start();
      for (const name of dns) installation.phones.push(await Phone.start(phone(name)));
      for (const id of agents) await installation.#seesPhoneOf(id);
      for (const id of agents) await installation.#login(id);
    } catch (error) {
      await installation.close();
      throw error;
    }
    return installation;
  }

  /** Waits until Ringback sees the phone of an agent. */
  async #seesPhoneOf(id: string): Promise<void> {
    await eventually(
      () => this.#state(id),
      ({ phone }) => phone === 'idle',
      PATIENCE_MS,
    );
  }

  async #state(id: string): Promise<AgentView> {
    return (await this.server.get(`/api/v1/agents/${id}/state`)).json as AgentView; // by the schema
  }

  async #login(id: string): Promise<void> {
    for (const action of ['login', 'ready']) {
      const answer = await this.server.post(`/api/v1/agents/${id}/${action}`);
      expect(answer.status, answer.text).toBeLessThan(300);
    }
  }

  /**
   * What agents do whom Ringback has made not ready because their telephone could not be reached, as right after the start
   * of an Asterisk with which it had not registered yet: they get ready when it is there again.
   */
  async agentsReturn(): Promise<void> {
    for (const id of this.agents) {
      const { reason, phone } = await this.#state(id);
      // It may have changed meanwhile; the next look shows it.
      if (reason === UNREACHED && phone === 'idle') await this.server.post(`/api/v1/agents/${id}/ready`);
    }
  }

  /** Waits until every agent waits for work again, and no call is up. */
  async isQuiet(): Promise<void> {
    for (const id of this.agents) {
      await eventually(
        async () => {
          await this.agentsReturn();
          return this.#state(id);
        },
        ({ state }) => state === 'ready',
        PATIENCE_MS,
      );
    }
    const { asterisk } = this;
    if (asterisk) {
      await eventually(
        () => asterisk.channels(),
        (channels) => channels.length === 0,
        PATIENCE_MS,
      );
    }
  }

  async close(): Promise<void> {
    // A telephone that can say good-bye to its registrar ends at once.
    await Promise.all(this.phones.map((phone) => phone.close()));
    await this.server.dispose();
    await this.network?.close();
    await this.asterisk?.close();
    await this.customers.close();
  }
}

function asteriskSwitch(asterisk: AsteriskServer, port: number, dns: readonly string[]): string {
  return `switch:
  driver: asterisk
  servers: { pbx: { url: "http://127.0.0.1:${port}", username: ${asterisk.user}, secret: ${asterisk.password} } }
  trunks: { carrier: { endpoint: "PJSIP/{number}@trunk", numberFormat: digits } }
  phones: { ${dns.map((dn) => `"${dn}": { endpoint: "PJSIP/${dn}" }`).join(', ')} }`;
}

function sipSwitch(port: number, trunkPort: number, phones: readonly string[]): string {
  return `switch:
  driver: sip
  listen: [{ transport: udp, address: 127.0.0.1, port: ${port} }]
  trunks: { carrier: { address: "127.0.0.1:${trunkPort}", numberFormat: digits, healthSeconds: 0 } }
  phones: { ${phones.map((name) => `"${name}": { secret: pw${name} }`).join(', ')} }`;
}
