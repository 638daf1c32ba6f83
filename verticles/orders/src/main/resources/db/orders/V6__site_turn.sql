-- Of the instances of a site one brings the orders of the journal to the hub at a time.
alter table site_journal
  add column holder text,
  add column held_until timestamptz not null default '-infinity';

comment on column site_journal.holder is 'the instance that brings orders to the hub until held_until';
