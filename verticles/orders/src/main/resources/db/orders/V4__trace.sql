-- Where the order was placed stands in a trace: whoever brings it to its end goes on there.
alter table orders add column trace text;

comment on column orders.trace is 'a traceparent of W3C Trace Context; null for none';
