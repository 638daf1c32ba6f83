-- How many points a user has; a user without any has no row.
create table balances (
  user_id text primary key,
  points bigint not null check (points >= 0)
);
