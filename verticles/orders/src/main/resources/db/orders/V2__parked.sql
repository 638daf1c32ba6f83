-- An order whose step cannot succeed is parked: nobody tries it until an operator lets it go on.
alter table orders
  add column failed_attempts int not null default 0,
  add column parked_at timestamptz,
  add column parked_reason text,
  add constraint parked_says_why check ((parked_at is null) = (parked_reason is null));

comment on column orders.failed_attempts is
  'tries in a row that failed by what may lie in the order itself, or that never came to an end';

drop index orders_unfinished;
create index orders_unfinished on orders (next_attempt_at)
  where status in ('PENDING', 'CANCELLING') and parked_at is null;
create index orders_parked on orders (parked_at, id) where parked_at is not null;
