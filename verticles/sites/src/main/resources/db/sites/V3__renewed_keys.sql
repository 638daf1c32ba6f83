-- Keys that are renewed: the next one, until the hub knows it, and the one before, in case that the
-- hub's database is set back to a time when it knew no better.

alter table identity
  add next_secret bytea,
  add next_shown text,
  add before_secret bytea,
  add before_shown text;

-- From here on, so that no node of the release before is left with a key that was renewed.
update identity set made_at = now();

alter table enrolments
  add before_key text,
  add renewed_at timestamptz;

comment on column enrolments.before_key is 'what the site had renewed its key from; good for nothing';
