import { type OptionDefinition, type OptionFamily, shaped, text } from './option.js';

const address = shaped(/^https?:\/\/\S+$/, 'an http or https address');

/** Section `oidc`: people who log in with an identity provider. */
export const signInSection = [
  {
    name: 'issuer',
    type: address,
    effect: 'Address of the identity provider (OpenID Connect). With `client_id` it switches the provider on.',
  },
  { name: 'client_id', type: text, effect: 'Name by which the identity provider knows this server.' },
  { name: 'client_secret', type: text, effect: 'Secret of the server towards the identity provider.', secret: true },
  {
    name: 'redirect_uri',
    type: address,
    effect:
      'Address to which the provider sends the browser back, ending in `/login/oidc/callback`. Absent: as the browser names this server.',
  },
  { name: 'scope', type: text, absent: 'openid profile', effect: 'What is asked of the provider.' },
  { name: 'title', type: text, absent: 'Single sign-on', effect: 'What the button on the login page says.' },
  {
    name: 'audience',
    type: text,
    effect: 'Audience of bearer tokens that are accepted from programs. Absent: `client_id`.',
  },
  {
    name: 'name_claim',
    type: text,
    absent: 'preferred_username',
    effect: "Claim with the person's name; `sub` where it is absent.",
  },
  {
    name: 'roles_claim',
    type: text,
    absent: 'roles',
    effect: 'Claim with the roles or groups: a list, or a text with blanks between them. Dots lead into objects.',
  },
  {
    name: 'administrator',
    type: text,
    absent: 'administrator',
    effect: 'Value of that claim that makes an administrator.',
  },
  { name: 'supervisor', type: text, absent: 'supervisor', effect: 'Value that makes a supervisor.' },
  { name: 'agent', type: text, absent: 'agent', effect: 'Value that makes an agent.' },
  { name: 'developer', type: text, absent: 'developer', effect: 'Value that makes a developer.' },
] as const satisfies readonly OptionDefinition[];

export const signInFamily: OptionFamily = {
  id: 'oidc',
  holder: 'section',
  title: 'Section `oidc`',
  introduction: 'People who log in with an identity provider (OpenID Connect).',
  groups: [{ title: '', options: signInSection }],
};
