-- Credit that is granted to sites ahead of their orders, so that they can promise it alone.

comment on column users.reserved is
  'the sum of the amounts of the user''s held reservations, and of what sites hold in escrow';

-- The journals of sites. A site has one at a time; one that was restored from a backup is another.
create table escrow_journals (
  site text not null,
  incarnation uuid not null,
  state text not null check (state in ('OPEN', 'CLOSED', 'SETTLING', 'FREED')),
  position bigint not null default 0 check (position >= 0),
  opened_at timestamptz not null default now(),
  decided_at timestamptz not null default now(),
  primary key (site, incarnation)
);

comment on column escrow_journals.position is
  'how far the site has come with it, as far as it has said; a journal that has come less far is older';

create unique index escrow_journals_open on escrow_journals (site) where state = 'OPEN';

-- What each journal holds of each user's credit. Counters that only grow, so that whatever is said
-- twice or late changes nothing.
create table escrow_accounts (
  site text not null,
  incarnation uuid not null,
  user_id uuid not null,
  currency text not null,
  numbers bigint not null default 0,
  granted bigint not null default 0 check (granted >= 0),
  settled bigint not null default 0 check (settled >= 0),
  returned bigint not null default 0 check (returned >= 0),
  freed bigint not null default 0 check (freed >= 0),
  primary key (site, incarnation, user_id),
  foreign key (site, incarnation) references escrow_journals (site, incarnation),
  check (granted - settled - returned - freed >= 0)
);

comment on column escrow_accounts.numbers is 'of grants: the last one''s';

create index escrow_accounts_outstanding on escrow_accounts (site, incarnation, user_id)
  where granted - settled - returned - freed > 0;

-- Grants by their number: one that is asked for again is the same again. All but the last of a user
-- are forgotten by age.
create table escrow_grants (
  site text not null,
  incarnation uuid not null,
  user_id uuid not null,
  number bigint not null check (number > 0),
  amount bigint not null check (amount > 0),
  granted_at timestamptz not null default now(),
  primary key (site, incarnation, user_id, number),
  foreign key (site, incarnation, user_id)
    references escrow_accounts (site, incarnation, user_id)
);

create index escrow_grants_by_age on escrow_grants (granted_at);

-- What a site has paid from its escrow is a reservation as any other, and says so.
alter table reservations
  add column escrow_site text,
  add column escrow_incarnation uuid;
