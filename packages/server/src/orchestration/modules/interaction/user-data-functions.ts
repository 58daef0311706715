import type { JsonObject, JsonValue } from '../../../kernel/index.js';
import type { Transaction } from '../../../store/sql.js';
import type { SessionFunction } from '../../action-module.js';
import { type Interaction, interactionsOfSession, lockInteraction } from '../../interactions.js';
import { attachable, changeUserData, merged, without } from '../../user-data.js';
import { objectOf } from '../attributes.js';
import type { InteractionParts } from './parts.js';

/** `_genesys.ixn.setuData`, `deleteuData`: the session sees the change with `interaction.udata.changed` (3.5). */
export function userDataFunctions({
  news,
  post,
}: Pick<InteractionParts, 'news' | 'post'>): Record<string, SessionFunction> {
  async function change(
    tx: Transaction,
    session: string,
    id: JsonValue | undefined,
    changed: (userData: JsonObject) => JsonObject,
  ): Promise<void> {
    const interaction = await ownInteraction(tx, session, id);
    if (interaction) return changeUserData(tx, news, interaction, changed);
    await post(tx, session, {
      name: 'error.interaction.setudata',
      data: { interactionid: id ?? null, error: 'unknown', description: 'there is no such interaction' },
    });
  }

  return {
    'ixn.setuData': async (tx, session, [data, id]) =>
      change(tx, session.id, id, (userData) => merged(userData, attachable(objectOf(data, 'user data')))),
    'ixn.deleteuData': async (tx, session, [data, id]) =>
      change(tx, session.id, id, (userData) => without(userData, objectOf(data, 'user data'))),
  };
}

/** The session's interaction with this id, or its first one when none is named. */
async function ownInteraction(
  tx: Transaction,
  session: string,
  id: JsonValue | undefined,
): Promise<Interaction | undefined> {
  const named = typeof id === 'string' && id !== '' ? id : (await interactionsOfSession(tx, session))[0]?.id;
  const interaction = named === undefined ? undefined : await lockInteraction(tx, named);
  return interaction?.session === session && interaction.endedAt === null ? interaction : undefined;
}
