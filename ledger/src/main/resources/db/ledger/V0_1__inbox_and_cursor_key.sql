-- The answers that were given to commands, by key: a repetition gets the same answer.
create table inbox (
  scope text not null,
  key text not null,
  fingerprint bytea not null,
  subject text,
  response bytea,
  created_at timestamptz not null default now(),
  primary key (scope, key)
);

comment on column inbox.scope is 'the operation, and where keys are a user''s own, the user';
comment on column inbox.fingerprint is 'SHA-256 of the request';
comment on column inbox.subject is 'what a command in several steps works on';
comment on column inbox.response is 'the encoded reply; null while the command is on its way';

create index inbox_by_age on inbox (created_at);

-- The key that authenticates cursors, so that every instance knows those of the others.
create table cursor_key (
  id int primary key default 1 check (id = 1),
  key bytea not null
);

insert into cursor_key (key)
  values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
