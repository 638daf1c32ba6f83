package io.weft.users;

import io.weft.mesh.Call;

/**
 * A password that is to be set, worked out on a thread for hashing.
 *
 * @param hash what is stored for the account
 * @param fingerprint what stands for the password in the fingerprint of the command. That is kept
 *     too, so it has to be as hard to guess from as the hash is: it is one, with a salt that is the
 *     same when the command is repeated
 */
record NewPassword(String hash, String fingerprint) {
  /** Works out what is to be stored; takes the time of two hashes. */
  static NewPassword of(Call call, String password) {
    byte[] salt = MachineKind.digest(call.operation() + " " + call.key());
    return new NewPassword(
        PasswordHash.of(password, PasswordHash.COST).text(),
        PasswordHash.salted(password, salt).text());
  }

  @Override
  public String toString() {
    return "(new password)";
  }
}
