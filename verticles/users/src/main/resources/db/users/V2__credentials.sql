-- Who may log in, and as what.
alter table users
  add column password text,
  add column password_changed_at timestamptz,
  add column roles text[] not null default '{customer}';

comment on column users.password is 'Argon2id in its usual form, with salt and cost; null for none';

-- Machines. A secret is 256 random bits, so nobody finds it by trying, however fast its hash is.
create table credentials (
  id uuid primary key,
  kind text not null check (kind in ('CLIENT', 'API_KEY')),
  secret bytea not null,
  name text not null,
  scopes text[] not null,
  user_id uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz
);

comment on column credentials.secret is 'SHA-256 of the secret';
comment on column credentials.user_id is 'on whose behalf a device acts';

create index credentials_by_age on credentials (kind, created_at, id);

-- Wrong passwords, by account and by client address, so that guessing is slowed down whichever
-- node is asked and however often it restarts. Forgotten by age; see UsersLimits.
create table guesses (
  key bytea primary key,
  failures int not null,
  next_at timestamptz not null
);

comment on column guesses.key is 'SHA-256 of the e-mail address, the account or the client address';
comment on column guesses.next_at is 'before this, a try is refused unseen';

create index guesses_by_age on guesses (next_at);

-- Counts a try as a failure, before anybody looks at the password: tries that run at the same time
-- cannot all be the first. Returns 0; or, when any of the keys has to wait, for how many
-- milliseconds, and counts nothing. Whoever has none to wait for gives the try back by
-- leave_guess. Keys are locked in the order in which they are given, which is the same for all:
-- the account before the address.
--   free       how many failures of each key cost no wait
--   wait_max   in milliseconds; a longer wait shows that the clock was set back, and is void
--   kept       in milliseconds: after so long without a failure they are forgotten
create function enter_guess(keys bytea[], free int[], wait_max bigint, kept bigint)
returns bigint language plpgsql as $$
declare
  present timestamptz;
  due timestamptz;
  wait_millis bigint := 0;
begin
  for i in 1 .. array_length(keys, 1) loop
    insert into guesses as g (key, failures, next_at) values (keys[i], 0, clock_timestamp())
      on conflict (key) do update set failures =
        case when g.next_at + kept * interval '1 millisecond' < clock_timestamp() then 0
        else g.failures end
      returning next_at into due;
    present := clock_timestamp();
    if due > present and due <= present + wait_max * interval '1 millisecond' then
      wait_millis :=
        greatest(wait_millis, ceil(extract(epoch from due - present) * 1000)::bigint);
    end if;
  end loop;
  if wait_millis > 0 then
    delete from guesses where key = any (keys) and failures = 0;
    return wait_millis;
  end if;
  for i in 1 .. array_length(keys, 1) loop
    update guesses set failures = failures + 1, next_at = clock_timestamp()
      + case when failures + 1 < free[i] then 0
        else least(wait_max, 1000 * 2 ^ least(failures + 1 - free[i], 30)) end
        * interval '1 millisecond'
      where key = keys[i];
  end loop;
  return 0;
end $$;

-- Gives back a try that was counted: it was none, or it was right. The failures of the first key
-- are all forgotten when it was right; those of an address are not, or whoever has an account of
-- their own could try another's for ever.
create function leave_guess(keys bytea[], was_right boolean)
returns void language plpgsql as $$
begin
  for i in 1 .. array_length(keys, 1) loop
    delete from guesses where key = keys[i] and (failures <= 1 or (was_right and i = 1));
    update guesses set failures = failures - 1, next_at = clock_timestamp() where key = keys[i];
  end loop;
end $$;
