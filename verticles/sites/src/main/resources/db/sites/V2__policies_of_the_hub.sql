-- At an edge that goes by the policies of its hub: which of them it has taken over.

create table followed (
  one boolean primary key default true check (one),
  state text not null,
  hub_epoch bigint not null,
  taken_epoch bigint not null,
  taken_digest text not null,
  since timestamptz,
  why text
);

comment on column followed.since is 'since when it is not CURRENT, by the clock of the node that says so';
