import Type from 'typebox';
import { configured, name, options, password, word } from './building-blocks.js';

/** A pool of access numbers. The short form is the plain array of its members. */
export const resourceGroup = Type.Union([
  Type.Array(name),
  Type.Object(
    {
      strategy: Type.Optional(
        word(['RANDOM', 'LOCAL', 'CLUSTER'], { description: 'How members are given out. Default RANDOM' }),
      ),
      members: Type.Array(name),
      bookingExpirationTimeout: Type.Optional(Type.Integer({ minimum: 5, maximum: 1800, description: 'Seconds' })),
      backup: Type.Optional(Type.String({ minLength: 1, description: 'Given out when all members are taken' })),
    },
    { additionalProperties: false },
  ),
]);

/** A group of named regular expressions. The short form is an array of expressions, each being its own name. */
export const patternGroup = Type.Union([
  Type.Array(Type.String({ minLength: 1, maxLength: 1000 })),
  Type.Record(Type.String({ minLength: 1 }), Type.String({ minLength: 1, maxLength: 1000 })),
]);

/** A list object of the original: section to key to value. */
export const listObject = Type.Record(Type.String(), options);

export const skill = configured({ name });

export const agent = configured({
  id: name,
  firstName: Type.Optional(Type.String()),
  lastName: Type.Optional(Type.String()),
  dn: Type.Optional(Type.String({ minLength: 1, description: 'The device that rings' })),
  skills: Type.Optional(
    Type.Record(Type.String(), Type.Integer({ minimum: 0, maximum: 1000 }), { description: 'Skill to level' }),
  ),
  groups: Type.Optional(Type.Array(name)),
  password: Type.Optional(password),
  loginId: Type.Optional(Type.String()),
  email: Type.Optional(Type.String()),
});

export const agentGroup = configured({ name });

export const virtualQueue = configured({
  name,
  alias: Type.Optional(Type.String()),
  switch: Type.Optional(Type.String()),
});

export const dn = configured({
  number: name,
  type: word([
    'RoutePoint',
    'ExternalRoutePoint',
    'RoutingQueue',
    'ACDQueue',
    'Extension',
    'ACDPosition',
    'CommDN',
    'TrunkGroup',
    'Trunk',
    'VoiceTreatmentPort',
  ]),
  name: Type.Optional(Type.String()),
  switch: Type.Optional(Type.String()),
});

export const application = configured({
  name,
  type: word(['OutboundContactServer', 'ThirdPartyServer', 'ThirdPartyApplication']),
  password: Type.Optional(password),
  connections: Type.Optional(Type.Array(name, { description: 'Names of applications that it connects to' })),
});

export const user = Type.Object(
  {
    name,
    password: Type.Optional(password),
    roles: Type.Array(word(['administrator', 'supervisor', 'agent', 'developer']), { minItems: 1 }),
    enabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
