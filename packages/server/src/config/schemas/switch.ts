import Type, { type TSchema } from 'typebox';
import { name, word } from './building-blocks.js';
import { party, simulatedAgent } from './simulated-party.js';

/** The telephone network that the server is connected to: driver, trunks, phones, dial plan, caller numbers. */

const closed = { additionalProperties: false };

/** By name or number; unlike options these are structures. */
function byName<Value extends TSchema>(value: Value, description: string) {
  return Type.Record(name, value, { description });
}

const secret = Type.Union(
  [
    Type.String({ minLength: 1, maxLength: 1024 }),
    Type.Object(
      {
        env: Type.Optional(Type.String({ minLength: 1, description: 'Environment variable that holds it' })),
        file: Type.Optional(Type.String({ minLength: 1, description: 'File whose first line it is' })),
      },
      { ...closed, minProperties: 1, maxProperties: 1 },
    ),
  ],
  { description: 'The text, or where it is found: {env: NAME} or {file: PATH}. Never shown' },
);

const weight = Type.Integer({
  minimum: 0,
  maximum: 1000,
  description: 'Share of the calls; 0: only when the others are gone. Default 1',
});

const country = Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166, such as DE' });

const numberFormat = word(['e164', 'digits', 'international', 'national', 'as-dialed'], {
  description: '+4989123, 4989123, 004989123, 089123 (abroad: international), or as it came. Default e164',
});

const port = Type.Integer({ minimum: 0, maximum: 65_535 });

const listenAddress = Type.Object(
  {
    transport: word(['udp', 'tcp', 'tls']),
    address: Type.Optional(Type.String({ minLength: 1, description: 'Default 0.0.0.0' })),
    port: Type.Optional(Type.Integer({ ...port, description: 'Default 5060, 5061 for tls' })),
    certificate: Type.Optional(Type.String({ minLength: 1, description: 'PEM file, for tls' })),
    key: Type.Optional(Type.String({ minLength: 1, description: 'PEM file, for tls' })),
  },
  closed,
);

const hostAndPort = '^(\\[[0-9a-fA-F:.]+\\]|[^\\s:/@]+)(:\\d{1,5})?$';

const trunk = Type.Object(
  {
    address: Type.Optional(
      Type.String({
        pattern: hostAndPort,
        description: 'Host, or host:port; a host alone means its SRV records. For the driver sip',
      }),
    ),
    proxy: Type.Optional(Type.String({ pattern: hostAndPort, description: 'Where everything is sent first' })),
    endpoint: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'For the driver asterisk: PJSIP endpoint, or PJSIP/{number}@NAME. Default: the name of the trunk',
      }),
    ),
    transport: Type.Optional(word(['udp', 'tcp', 'tls'], { description: 'Default udp' })),
    domain: Type.Optional(Type.String({ minLength: 1, description: 'In addresses. Default: the host' })),
    username: Type.Optional(Type.String({ minLength: 1 })),
    secret: Type.Optional(secret),
    register: Type.Optional(Type.Boolean({ description: 'Tells the trunk where we are. Default false' })),
    fromUser: Type.Optional(
      Type.String({ minLength: 1, description: 'In From of every call; the caller is in P-Asserted-Identity then' }),
    ),
    from: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { description: 'Further addresses of its calls' })),
    maxCalls: Type.Optional(Type.Integer({ minimum: 1, description: 'At once; more go to the next trunk' })),
    offer: Type.Optional(
      word(['delayed', 'held'], { description: 'Who describes the session first. Default delayed' }),
    ),
    healthSeconds: Type.Optional(
      Type.Number({ minimum: 0, description: 'Between checks that it lives; 0: none. Default 30' }),
    ),
    weight: Type.Optional(weight),
    numberFormat: Type.Optional(numberFormat),
    callerIdFormat: Type.Optional(numberFormat),
    country: Type.Optional(country),
    enabled: Type.Optional(Type.Boolean()),
  },
  closed,
);

const serverName = Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' });

const endpoint = Type.String({ minLength: 1, maxLength: 255 });

const phone = Type.Object(
  {
    username: Type.Optional(Type.String({ minLength: 1, description: 'As it registers. Default: the DN' })),
    secret: Type.Optional(secret),
    endpoint: Type.Optional(
      Type.Union([endpoint, Type.Record(serverName, endpoint)], {
        description:
          'For the driver asterisk: PJSIP endpoint, or as Dial takes it; where it is registered at one of several servers, ' +
          'by server. Default: the user name',
      }),
    ),
    webrtc: Type.Optional(Type.Boolean({ description: 'It is the softphone on the agent page' })),
  },
  closed,
);

const asteriskServer = Type.Object(
  {
    url: Type.String({ pattern: '^https?://', description: 'Where ARI answers, such as http://10.0.0.5:8088' }),
    username: Type.String({ minLength: 1 }),
    secret: Type.Optional(secret),
    weight: Type.Optional(weight),
    enabled: Type.Optional(Type.Boolean()),
  },
  closed,
);

const names = Type.Array(name);
const risky = Type.Array(word(['emergency', 'premium']), {
  description: 'Kinds of numbers that are refused otherwise',
});
const expression = Type.String({ minLength: 1, maxLength: 1000 });

const dialRule = Type.Object(
  {
    name,
    match: Type.Optional(
      Type.String({
        ...expression,
        description: 'Regular expression on the E.164 form, or on the number as dialed where it has none. Default: all',
      }),
    ),
    campaigns: Type.Optional(names),
    services: Type.Optional(names),
    refuse: Type.Optional(Type.String({ minLength: 1, description: 'The reason; nothing is dialed' })),
    allow: Type.Optional(risky),
    strip: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 20, description: "Characters taken off the trunk's form of the number" }),
    ),
    prepend: Type.Optional(Type.String({ pattern: '^[0-9*#+A-D]{0,20}$' })),
    trunks: Type.Optional(Type.Array(name, { minItems: 1, description: 'In the order in which they are tried' })),
  },
  closed,
);

const dialPlan = Type.Object(
  {
    country: Type.Optional(country),
    emergencyNumbers: Type.Optional(Type.Array(Type.String({ pattern: '^[0-9]{2,8}$' }))),
    allow: Type.Optional(risky),
    rules: Type.Optional(Type.Array(dialRule, { description: 'The first that applies decides' })),
    otherwise: Type.Optional(word(['dial', 'refuse'], { description: 'When no rule applies. Default dial' })),
  },
  closed,
);

const callerNumber = Type.Object(
  {
    number: Type.String({ minLength: 1, maxLength: 40 }),
    attestation: Type.Optional(word(['A', 'B', 'C'], { description: 'STIR/SHAKEN: what the carrier vouches for' })),
    areas: Type.Optional(
      Type.Array(Type.String({ pattern: '^\\+[0-9]{1,15}$' }), { description: 'Beginnings of the E.164 form' }),
    ),
    name: Type.Optional(Type.String({ minLength: 1 })),
  },
  closed,
);

const callerIdPool = Type.Object(
  {
    numbers: Type.Array(callerNumber, { minItems: 1 }),
    select: Type.Optional(
      word(['area', 'round-robin', 'sticky'], {
        description:
          'The nearest to the customer, one after the other, or for a customer always the same. Default area',
      }),
    ),
    campaigns: Type.Optional(names),
    services: Type.Optional(names),
    default: Type.Optional(Type.Boolean({ description: 'For calls of no campaign or service that has a pool' })),
  },
  closed,
);

const softphone = Type.Object(
  {
    url: Type.String({ pattern: '^wss?://', description: 'SIP over WebSocket, such as wss://pbx.example.com:8089/ws' }),
    domain: Type.Optional(Type.String({ minLength: 1, description: 'Default: the host of the address' })),
    iceServers: Type.Optional(
      Type.Array(Type.String({ pattern: '^(stun|stuns|turn|turns):' }), { description: 'Default: none' }),
    ),
  },
  closed,
);

export const switchSettings = Type.Object(
  {
    driver: word(['simulator', 'sip', 'asterisk']),
    default: Type.Optional(party),
    numbers: Type.Optional(Type.Record(Type.String(), party)),
    agents: Type.Optional(Type.Record(Type.String(), simulatedAgent)),
    seed: Type.Optional(Type.Integer({ minimum: 0 })),
    domain: Type.Optional(Type.String({ minLength: 1, description: 'Ours, in SIP addresses' })),
    listen: Type.Optional(Type.Array(listenAddress, { minItems: 1 })),
    publicAddress: Type.Optional(
      Type.String({ minLength: 1, description: 'Where peers reach us, when it is not the address listened on' }),
    ),
    openInbound: Type.Optional(Type.Boolean({ description: 'Calls are taken from anywhere. Default false' })),
    sessionSeconds: Type.Optional(
      Type.Integer({ minimum: 0, description: 'After which a call is renewed (RFC 4028); 0: never. Default 1800' }),
    ),
    servers: Type.Optional(
      Type.Record(serverName, asteriskServer, {
        ...closed,
        description: 'Asterisk servers, which are one switch together',
      }),
    ),
    installation: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9-]{1,32}$', description: 'Our name on the servers. Default ringback' }),
    ),
    language: Type.Optional(Type.String({ minLength: 2, description: 'Of prompts that name none' })),
    speech: Type.Optional(
      Type.String({ pattern: '^https?://', description: 'Speech service, with {text} and {language}' }),
    ),
    musicClass: Type.Optional(Type.String({ minLength: 1, description: 'For those who wait. Default default' })),
    toneZone: Type.Optional(Type.String({ minLength: 2, description: 'Country of the tones. Default us' })),
    trunks: Type.Optional(byName(trunk, 'Ways out of the house')),
    phones: Type.Optional(byName(phone, 'Phones of the house by their DN')),
    routingPoints: Type.Optional(
      Type.Record(Type.String(), name, { description: 'Number called from outside to the DN that it means' }),
    ),
    prompts: Type.Optional(
      Type.String({ minLength: 1, description: 'Folder of the sounds that `announcement:` addresses name' }),
    ),
    dialPlan: Type.Optional(dialPlan),
    callerIds: Type.Optional(byName(callerIdPool, 'Pools of numbers that customers see')),
    softphone: Type.Optional(softphone),
  },
  closed,
);
