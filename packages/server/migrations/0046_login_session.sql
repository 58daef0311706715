-- People who are logged in with a browser.
create table login_session (
  -- SHA-256 of what the browser's cookie holds.
  digest bytea primary key,
  name text not null,
  -- What the identity provider says that the person is; null: the configured user of that name.
  roles jsonb,
  -- Of the password as it was: another one ends the session.
  credential bytea,
  expires_at timestamptz not null
);
create index login_session_expires_at on login_session (expires_at);
