-- Events on their way: written with their effect, and moved into the log once that is committed.
-- Whoever moves them also vacuums, so the table stays as small as what waits in it.
create table outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  aggregate text not null,
  owner text not null,
  at timestamptz not null default now(),
  body bytea not null
);

comment on column outbox.id is 'ascends per aggregate, as it is drawn under the lock of its row';

-- The log: positions without gaps, in the order in which they were given.
create table events (
  position bigint primary key,
  topic text not null,
  aggregate text not null,
  owner text not null,
  at timestamptz not null,
  body bytea not null
);

comment on column events.body is 'JSON, as it was encoded';

create index events_by_aggregate on events (aggregate, position);
create index events_by_owner on events (owner, position);

-- The position that was given last. Whoever holds the lock of this row may move events.
create table events_end (
  id int primary key default 1 check (id = 1),
  position bigint not null
);

insert into events_end (position) values (0);

-- How far this service has come in the events of services, its own among them.
create table positions (
  consumer text primary key,
  service text not null,
  position bigint not null,
  holder text,
  held_until timestamptz not null default '-infinity',
  moved_at timestamptz not null default now(),
  failed_attempts int not null default 0,
  failure text
);

comment on column positions.position is 'the last event whose effect is stored';
comment on column positions.holder is 'the instance that applies events until held_until';
comment on column positions.failed_attempts is 'in a row, at the event after position';
comment on column positions.failure is 'why the last attempt failed';
