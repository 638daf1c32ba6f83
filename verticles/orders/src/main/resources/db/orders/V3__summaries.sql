-- What the orders of each user come to, kept by a consumer of the events of orders.
create table summaries (
  user_id uuid not null,
  currency text not null,
  status text not null check (status in ('PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED')),
  orders bigint not null,
  total numeric not null,
  primary key (user_id, currency, status)
);

comment on table summaries is
  'as of the position of the consumer; an order that is CANCELLING is counted as CONFIRMED, as its events do not tell of it';
comment on column summaries.total is 'minor units of the currency; a sum can be more than 64 bits hold';

-- Sets the summaries back to what they were before the first event that is kept, so that applying
-- the kept ones from there on makes them what they should be; returns the position to begin after.
--
-- Before its first kept event an order was what that event found; an order without any is still what
-- it was. Events that wait in the outbox are kept, and come after those in the log. All of it is one
-- statement, which sees the orders, the log and the outbox as of one moment.
create function rebuild_summaries() returns bigint language plpgsql as $$
declare
  first_kept bigint;
begin
  -- The consumer takes this lock before any of a summary.
  perform 1 from positions where consumer = 'summaries' for update;
  delete from summaries;
  with kept as (
    select aggregate, topic, position as at, 0::bigint as waits from events
    union all
    select aggregate, topic, null, id from outbox
  ), earliest as (
    select distinct on (aggregate) aggregate, topic from kept
    order by aggregate, at nulls last, waits
  ), found as (
    select o.user_id, o.currency, o.total,
      case e.topic
        when 'orders.confirmed' then 'PENDING'
        when 'orders.rejected' then 'PENDING'
        when 'orders.cancelled' then 'CONFIRMED'
        else case o.status when 'CANCELLING' then 'CONFIRMED' else o.status end
      end as status
    from orders o left join earliest e on e.aggregate = o.id::text
    where e.topic is distinct from 'orders.placed'
  ), summed as (
    insert into summaries (user_id, currency, status, orders, total)
    select user_id, currency, status, count(*), sum(total) from found
    group by user_id, currency, status
  )
  select coalesce((select min(position) - 1 from events), (select position from events_end))
  into first_kept;
  return first_kept;
end $$;

-- Orders from before there were events are in the summaries from the start.
insert into positions (consumer, service, position)
values ('summaries', 'orders', rebuild_summaries());
