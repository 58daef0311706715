-- The legs that a switch over SIP carries, each with what it takes to go on with it in a later life of the process.
create table sip_leg (
  id          text        primary key,
  switch      text        not null, -- its name
  direction   text        not null check (direction in ('inbound', 'outbound')),
  number      text        not null, -- that was called
  from_number text        not null,
  device      text,                 -- the phone of the installation at its other end
  trunk       text,                 -- by which it came or went
  state       text        not null check (state in ('dialing', 'ringing', 'answered', 'ended')),
  cause       text,
  dialed_at   timestamptz,
  ringing_at  timestamptz,
  answered_at timestamptz,
  ended_at    timestamptz,
  bridge_id   text,
  joined_at   timestamptz,
  held        boolean     not null,
  invites     jsonb       not null, -- the INVITEs under way: text, branch, other side
  session     jsonb                 -- dialog, descriptions and timer, from the answer on
) with (fillfactor = 70);
create index sip_leg_up on sip_leg (switch, id) where ended_at is null;
create index sip_leg_ended on sip_leg (ended_at) where ended_at is not null;

-- Where the phones of the installation are reached (RFC 3261 10).
create table sip_binding (
  switch     text        not null,
  phone      text        not null,
  contact    text        not null, -- address
  call_id    text        not null,
  cseq       bigint      not null,
  quality    real        not null, -- preference, 0 to 1
  flow       jsonb       not null, -- the way on which it registered
  expires_at timestamptz not null,
  primary key (switch, phone, contact)
);
