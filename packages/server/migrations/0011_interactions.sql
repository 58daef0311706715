-- Interactions with more than two parties, consult calls, interactions that no session owns, and treatments.

alter table interaction alter column session drop not null;
alter table interaction drop constraint interaction_kind_check;
alter table interaction add constraint interaction_kind_check check (kind in ('inbound', 'outbound', 'consult'));
alter table interaction
  add column parent    text,                        -- of a consult call: the call that its caller has left for it
  add column focus     text,                        -- the routing point on which it waits
  add column treatment text,                        -- the request of the treatment that it has now, or had last
  add column xdata     jsonb not null default '{}'; -- extensions of the last event, such as AnswerClass

-- The legs of an interaction, from the intent to dial them until they end. A leg may take part in two interactions: the
-- caller of a consult call has left the other party waiting.
create table interaction_party (
  interaction text    not null references interaction on delete cascade,
  leg         text    not null,
  held        boolean not null default false, -- has put the interaction on hold
  released    boolean not null default false, -- takes no part any more and is being hung up
  primary key (interaction, leg)
);
create index interaction_ended on interaction (ended_at) where ended_at is not null;
create index interaction_by_parent on interaction (parent) where parent is not null;
create index interaction_party_by_leg on interaction_party (leg);
insert into interaction_party (interaction, leg)
  select id, customer from interaction where ended_at is null
  union select id, agent from interaction where ended_at is null and agent is not null;
