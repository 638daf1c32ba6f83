-- The orders that a site takes while it is cut off from its hub, and the credit that it holds for
-- them. Empty at a hub.

-- One row: the journal itself.
create table site_journal (
  id int primary key default 1 check (id = 1),
  incarnation uuid not null,
  witness text not null,
  position bigint not null default 0,
  unsettled bigint not null default 0 check (unsettled >= 0)
);

comment on column site_journal.witness is
  'the database in which the journal was begun: in any other it was restored, and is another journal';
comment on column site_journal.position is 'grows with every change of the journal or of a purse';
comment on column site_journal.unsettled is 'orders that the hub has not decided on';

-- What the site holds of the credit of each user. Totals that only grow; see Purse.
create table purses (
  user_id uuid primary key,
  currency text not null,
  numbers bigint not null,
  granted bigint not null,
  spent bigint not null check (spent >= 0),
  given_up bigint not null,
  returned bigint not null check (returned >= 0),
  check (granted - spent - given_up >= 0),
  check (returned <= given_up)
);

create table journal_entries (
  position bigint primary key,
  incarnation uuid not null,
  order_id uuid not null unique,
  user_id uuid not null,
  key text not null,
  promise text not null check (promise in ('CONFIRMED', 'PROVISIONAL')),
  currency text not null,
  total bigint not null check (total >= 0),
  request bytea not null,
  state text not null check (state in ('JOURNALED', 'ACCEPTED', 'REJECTED', 'DISPUTED')),
  hub_order_id text,
  reason text,
  placed_at timestamptz not null,
  journaled_at timestamptz not null default now(),
  settled_at timestamptz,
  check (state <> 'REJECTED' or promise = 'PROVISIONAL')
);

comment on column journal_entries.request is 'what was asked for, as JSON';
comment on column journal_entries.placed_at is 'by the clock of the node, for people';
comment on column journal_entries.journaled_at is 'by the clock of the database, for the bound';

create index journal_entries_waiting on journal_entries (position) where state = 'JOURNALED';
create index journal_entries_disputed on journal_entries (position) where state = 'DISPUTED';
create index journal_entries_settled on journal_entries (settled_at)
  where state in ('ACCEPTED', 'REJECTED');
