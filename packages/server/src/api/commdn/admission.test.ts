import { describe, expect, it } from 'vitest';
import type { Application, Dn } from '../../config/index.js';
import { admitted, type CommDnConfiguration, usedCommDns } from './admission.js';

function configured(
  dns: Record<string, string | undefined>,
  applications: readonly (Partial<Application> & { name: string })[] = [],
): CommDnConfiguration {
  const dnObjects = new Map<string, Dn>(
    Object.entries(dns).map(([number, option]) => [
      number,
      {
        number,
        type: 'CommDN',
        enabled: true,
        options: option === undefined ? {} : { outbound_contact_server: option },
      },
    ]),
  );
  const applicationObjects = new Map<string, Application>(
    applications.map((application) => [
      application.name,
      { type: 'ThirdPartyApplication', enabled: true, options: {}, connections: [], dbid: 300, ...application },
    ]),
  );
  // Overloads of one function.
  const objects = ((kind: string) =>
    kind === 'dns' ? dnObjects : applicationObjects) as CommDnConfiguration['objects'];
  return { objects };
}

describe('the CommDNs in use', () => {
  // Reference 002, "Special OCS Option", examples 1 to 3; the last row: spec 1.1.
  it.each([
    [{ CommDN_1: 'true', CommDN_2: 'false', CommDN_3: undefined }, ['CommDN_1']],
    [{ CommDN_1: 'false', CommDN_2: undefined, CommDN_3: undefined }, ['CommDN_2', 'CommDN_3']],
    [{ CommDN_1: undefined, CommDN_2: undefined, CommDN_3: undefined }, ['CommDN_1', 'CommDN_2', 'CommDN_3']],
    [{ CommDN_1: 'false', CommDN_2: 'false' }, []],
  ])('of %j are %j', (dns, used) => {
    expect([...usedCommDns(configured(dns))]).toEqual(used);
  });
});

describe('an application', () => {
  const ocs = { name: 'ocs', type: 'OutboundContactServer', dbid: 150 } as const;
  const cases: [string, (Partial<Application> & { name: string })[], boolean][] = [
    ['that connects to the server', [ocs, { name: 'desk', connections: ['ocs'] }], true],
    ['that connects to the server, which is not configured', [{ name: 'desk', connections: ['ocs'] }], true],
    [
      'that the server connects to',
      [
        { ...ocs, connections: ['desk'] },
        { name: 'desk', type: 'ThirdPartyServer' },
      ],
      true,
    ],
    ['that nobody connects with', [ocs, { name: 'desk' }], false],
    ['that is disabled', [ocs, { name: 'desk', connections: ['ocs'], enabled: false }], false],
    [
      'of a server that is disabled',
      [
        { ...ocs, enabled: false },
        { name: 'desk', connections: ['ocs'] },
      ],
      false,
    ],
    ['without a DBID', [ocs, { name: 'desk', connections: ['ocs'], dbid: undefined as never }], false],
    [
      'that is a server of our kind',
      [ocs, { name: 'desk', type: 'OutboundContactServer', connections: ['ocs'] }],
      false,
    ],
    ['that is not configured', [ocs], false],
  ];
  it.each(cases)('%s: %#', (_name, applications, expected) => {
    expect(admitted(configured({ CommDN_1: undefined }, applications), 'CommDN_1', 'desk') !== undefined).toBe(
      expected,
    );
  });

  it('is not heard on a DN that is not in use', () => {
    const configuration = configured({ CommDN_1: 'true', CommDN_2: undefined }, [
      { name: 'desk', connections: ['ocs'] },
    ]);
    expect(admitted(configuration, 'CommDN_2', 'desk')).toBeUndefined();
    expect(admitted(configuration, 'CommDN_1', 'desk')?.server.dbid).toBe(150);
  });
});
