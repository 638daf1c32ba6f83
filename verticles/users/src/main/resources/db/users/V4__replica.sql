-- What a site that has a hub knows of the accounts there. Empty at a hub.

-- One row: how far the replica has come.
create table replica (
  id int primary key default 1 check (id = 1),
  edition bigint not null default 1,
  position bigint,
  cursor text,
  begun_at timestamptz not null default now(),
  read_at timestamptz,
  current_at timestamptz,
  holder text,
  held_until timestamptz not null default '-infinity'
);

comment on column replica.edition is 'grows each time that the accounts are read anew';
comment on column replica.position is
  'of the hub''s log when the edition was begun: events after it are applied; null until it is';
comment on column replica.cursor is 'the page of the hub''s accounts that is read next; null for the first';
comment on column replica.read_at is 'when all accounts of this edition had been read; null until then';
comment on column replica.current_at is
  'all that was told at the hub until then is in the replica, by the clock of this database';
comment on column replica.holder is 'the instance that reads accounts until held_until';

insert into replica default values;

create table replica_users (
  id uuid primary key,
  edition bigint not null,
  email text not null,
  name text not null,
  status text not null check (status in ('ACTIVE', 'INACTIVE')),
  currency text not null,
  credit_limit bigint not null,
  reserved bigint not null,
  created_at timestamptz not null,
  version bigint not null
);

comment on column replica_users.edition is 'in which the account was last read or told of';
comment on column replica_users.reserved is 'as of version; the hub does not tell of each order';

create index replica_users_by_edition on replica_users (edition);
