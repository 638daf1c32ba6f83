create table orders (
  id uuid primary key,
  user_id uuid not null,
  status text not null
    check (status in ('PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLING', 'CANCELLED')),
  reason text,
  currency text not null,
  total bigint not null check (total >= 0),
  note text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version bigint not null default 1,
  line_count int not null,
  encoded_bytes int not null,
  inbox_key text not null,
  claimed_until timestamptz not null,
  next_attempt_at timestamptz not null default now(),
  attempts int not null default 0
);

comment on column orders.total is 'minor units of the currency';
comment on column orders.encoded_bytes is 'an upper bound of the order as JSON, so that pages stay small';
comment on column orders.inbox_key is 'the idempotency key with which the order was placed';
comment on column orders.claimed_until is 'until then the order is somebody''s to bring to its end';
comment on column orders.next_attempt_at is 'before then no instance looks for the order to bring it to its end';

create table order_lines (
  order_id uuid not null references orders (id) on delete cascade,
  position int not null,
  sku text not null,
  name text,
  quantity bigint not null check (quantity > 0),
  unit_price bigint not null check (unit_price >= 0),
  discount_bps int check (discount_bps between 0 and 10000),
  total bigint not null check (total >= 0),
  primary key (order_id, position)
);

create index orders_by_age on orders (created_at desc, id desc);
create index orders_by_user on orders (user_id, created_at desc, id desc);
create index orders_by_status on orders (status, created_at desc, id desc);
-- What recovery looks for. Small, as orders do not stay on their way.
create index orders_unfinished on orders (next_attempt_at)
  where status in ('PENDING', 'CANCELLING');
