-- Whoever works through the journal, event by event, and how far it has come.
create table journal_follower (
  name text   primary key,
  xid  xid8   not null,
  id   bigint not null
);

-- Whom a callback or a call is about, and the service record that was started for it.
create table cs_contact_link (
  kind        text        not null check (kind in ('callback', 'call')),
  contact     text        not null, -- the callback's or the call's id
  tenant      integer     not null,
  customer_id text collate "C",     -- null: nobody has the number
  number      text        not null, -- as it was dialed, or as the network gave it
  service     text collate "C",     -- null: none was started
  state       integer,              -- number of the service's state that the contact is in
  at          timestamptz not null,
  ended_at    timestamptz,
  primary key (kind, contact)
);
create index cs_contact_link_by_customer on cs_contact_link (tenant, customer_id, at) where customer_id is not null;
create index cs_contact_link_by_time on cs_contact_link (at);
