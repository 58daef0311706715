-- Chats that wait are offered to agents, one after the other.

alter table chat
  add column offered_to   text,        -- the agent who is asked now
  add column offer_due_at timestamptz, -- when the offer ends, or when an agent is looked for next; null: not waiting
  add column refused      jsonb not null default '{}'; -- agent -> milliseconds since 1970 until which it is not asked again

update chat set offer_due_at = started_at where state = 'waiting';

create index chat_offer_due on chat (offer_due_at) where offer_due_at is not null;
