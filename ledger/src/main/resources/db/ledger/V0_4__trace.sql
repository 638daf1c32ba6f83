-- Where an event stands in a trace: what is done because of it goes on there.
alter table outbox add column trace text;
alter table events add column trace text;

comment on column outbox.trace is 'a traceparent of W3C Trace Context; null for none';

-- As relay_events, with the trace. That stays for nodes of the release before, whose events go on
-- without one.
create function relay_traced_events(
  batch_rows int, batch_bytes bigint, channel text, out had_turn boolean, out moved int
) language plpgsql as $$
declare
  last bigint;
begin
  had_turn := false;
  moved := 0;
  select position into last from events_end for update skip locked;
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
    insert into events (position, topic, aggregate, owner, at, body, trace)
    select last + row_number() over (order by id), topic, aggregate, owner, at, body, trace
    from taken
    returning 1
  )
  select count(*) into moved from logged;
  if moved > 0 then
    update events_end set position = last + moved;
    perform pg_notify(channel, '');
  end if;
end $$;
