package io.weft.users.api;

/**
 * How the replica of a site stands, which all its instances of users share.
 *
 * @param ageSeconds how old what it knows of the accounts may be, by the database's clock
 */
public record ReplicaReport(long ageSeconds) {}
