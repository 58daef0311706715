-- What people have changed in the administration of the server.
create table audit_entry (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  -- The user's name, or the configuration file that was applied.
  author text not null,
  -- From where, if it came over HTTP.
  address text,
  -- created, updated or deleted for configured objects; otherwise the request.
  action text not null,
  -- Of a configured object: its kind. Of other requests: what the request is about.
  kind text not null,
  name text not null,
  -- The configured object, without its secrets.
  before jsonb,
  after jsonb
);
create index audit_entry_at on audit_entry (at);
create index audit_entry_subject on audit_entry (kind, name, id desc);
create index audit_entry_author on audit_entry (author, id desc);
