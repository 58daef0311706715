/** An agent who could take a chat now. */
export interface ChatAgent {
  id: string;
  /** How many chats the agent takes at a time. */
  most: number;
  /** Since when the agent is ready, milliseconds since 1970. */
  readySince: number;
}

/** How many chats each agent has, with those that are offered. */
export type ChatLoad = ReadonlyMap<string, number>;

/** Agents who did not take a chat, and until when (milliseconds since 1970) they are not asked again. */
export type Refusals = Readonly<Record<string, number>>;

/** Who has said no is asked again after so long, if nobody else has taken the chat meanwhile. */
export const DECLINED_MS = 60_000;
/** Who has not answered may not be looking. */
export const UNANSWERED_MS = 300_000;

/**
 * Whom a chat is offered to: of those who have room for one more, the agent with the fewest chats; among equals the one
 * who has been ready longest.
 */
export function chooseAgent(
  agents: readonly ChatAgent[],
  load: ChatLoad,
  refused: Refusals,
  now: number,
): string | undefined {
  const chats = (id: string) => load.get(id) ?? 0;
  const [chosen] = agents
    .filter(({ id, most }) => chats(id) < most && (refused[id] ?? 0) <= now)
    .sort((a, b) => chats(a.id) - chats(b.id) || a.readySince - b.readySince || (a.id < b.id ? -1 : 1));
  return chosen?.id;
}
