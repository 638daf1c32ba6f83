-- Who this site is on links, which node holds its own link, and which sites may link to it.

create table identity (
  one boolean primary key default true check (one),
  secret bytea not null,
  shown text not null,
  made_at timestamptz not null default now()
);

comment on column identity.secret is 'PKCS#8; whoever has it is this site to others';

-- At an edge: the hub that it has joined.
create table hub (
  one boolean primary key default true check (one),
  key text not null,
  address text not null,
  joined_at timestamptz not null default now(),
  revoked_at timestamptz
);

comment on column hub.revoked_at is 'when the hub has said that this site may link no more';

-- At an edge: which node holds the link, by the clock of this database.
create table holder (
  one boolean primary key default true check (one),
  node text not null,
  claim uuid not null,
  term bigint not null check (term > 0),
  until timestamptz not null
);

comment on column holder.claim is 'of one start of the node';
comment on column holder.term is 'grows with each claim; the hub takes the link of the greatest one';

-- At a hub: sites that may link to it, or might once.
create table enrolments (
  site text primary key,
  key text not null,
  term bigint not null default 0,
  enrolled_at timestamptz not null default now(),
  revoked_at timestamptz
);

create table invitations (
  id text primary key,
  site text not null,
  proof_key bytea not null,
  invited_at timestamptz not null default now(),
  expires timestamptz not null,
  used_by text,
  revoked_at timestamptz
);

comment on column invitations.proof_key is 'as good as the code, until that is used or has expired';

create unique index invitations_open on invitations (site)
  where used_by is null and revoked_at is null;

create index invitations_by_age on invitations (expires);

-- How each link stands, as the node that holds it says every few seconds.
create table links (
  site text primary key,
  node text not null,
  since timestamptz not null default now(),
  heard_at timestamptz not null default now(),
  report jsonb not null
);
