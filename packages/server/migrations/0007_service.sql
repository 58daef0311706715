-- Services that clients have started over the Service API, and the data stored with them.

create table storage (
  id         text        primary key,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index storage_by_expiry on storage (expires_at);

-- Files by the hash of their content, whatever name a client gave them.
create table storage_file (
  hash       text  primary key,
  content    bytea not null
);

create table storage_item (
  storage    text not null references storage on delete cascade,
  key        text not null,
  text       text, -- a string, or
  file       text references storage_file, -- a file
  file_name  text,
  media_type text,
  primary key (storage, key),
  check ((text is null) <> (file is null))
);
create index storage_item_by_file on storage_item (file) where file is not null;

create table service (
  id         text        primary key, -- the session's id
  name       text        not null,    -- execution name
  storage    text        not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index service_by_expiry on service (expires_at);
