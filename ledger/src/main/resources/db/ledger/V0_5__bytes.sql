-- How many bytes the log has taken in, so that those that are kept are a difference of two numbers.
alter table events add column upto_bytes bigint;
alter table events_end add column bytes bigint not null default 0;

comment on column events.upto_bytes is
  'bytes of all events up to this one, those that were dropped too; null if a release relayed it'
  ' that did not count';

-- As relay_traced_events, with the bytes. That stays for nodes of the release before, whose events
-- are not counted.
create function relay_sized_events(
  batch_rows int, batch_bytes bigint, channel text, out had_turn boolean, out moved int
) language plpgsql as $$
declare
  last bigint;
  before bigint;
begin
  had_turn := false;
  moved := 0;
  select position, bytes into last, before from events_end for update skip locked;
  if not found then
    return;
  end if;
  had_turn := true;
  with batch as (
    -- Whatever begins below the limit of bytes belongs to it, so that one event always does.
    select max(id) as upto from (
      select id, sum(octet_length(body)) over (order by id) - octet_length(body) as bytes_before
      from (select id, body from outbox order by id limit batch_rows) as head
    ) as sized
    where bytes_before < batch_bytes
  ), taken as (
    -- One snapshot: every row up to there that can be seen is of the batch. One with a smaller id
    -- that is committed later is found by the next relay.
    delete from outbox where id <= (select upto from batch)
    returning id, topic, aggregate, owner, at, body, trace
  ), logged as (
    insert into events (position, topic, aggregate, owner, at, body, trace, upto_bytes)
    select last + row_number() over (order by id), topic, aggregate, owner, at, body, trace,
      before + sum(
        octet_length(body) + octet_length(topic) + octet_length(aggregate) + octet_length(owner)
          + coalesce(octet_length(trace), 0)
      ) over (order by id)
    from taken
    returning upto_bytes
  )
  select count(*), max(upto_bytes) into moved, before from logged;
  if moved > 0 then
    update events_end set position = last + moved, bytes = before;
    perform pg_notify(channel, '');
  end if;
end $$;
