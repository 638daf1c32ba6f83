create table users (
  id uuid primary key,
  email text not null,
  name text not null,
  status text not null check (status in ('ACTIVE', 'INACTIVE')),
  currency text not null,
  credit_limit bigint not null check (credit_limit >= 0),
  reserved bigint not null default 0 check (reserved >= 0),
  created_at timestamptz not null default now(),
  version bigint not null default 1,
  check (reserved <= credit_limit)
);

comment on column users.credit_limit is 'minor units of the currency';
comment on column users.reserved is 'the sum of the amounts of the user''s held reservations';

create unique index users_email on users (lower(email));
create index users_by_age on users (created_at, id);

-- What was decided about the credit of an order, once. A refusal is a decision too: whoever asks
-- again gets the same answer. A release that comes before its reservation leaves a row without a
-- user, by which the late reservation is refused. So user_id cannot refer to users.
create table reservations (
  order_id uuid primary key,
  user_id uuid,
  currency text,
  amount bigint check (amount >= 0),
  status text not null check (status in ('HELD', 'RELEASED', 'REFUSED')),
  reason text,
  decided_at timestamptz not null default now()
);

create index reservations_held on reservations (user_id) where status = 'HELD';
