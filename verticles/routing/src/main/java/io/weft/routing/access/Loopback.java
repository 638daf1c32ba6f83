package io.weft.routing.access;

import java.util.regex.Pattern;

/** Which addresses nobody but this host can reach. */
public final class Loopback {
  private static final Pattern IPV4 = Pattern.compile("127(\\.[0-9]{1,3}){3}");

  private Loopback() {}

  /** Returns whether a name or an address to listen on is one of them. */
  public static boolean is(String host) {
    return host.equals("localhost")
        || host.equals("::1")
        || host.equals("[::1]")
        || IPV4.matcher(host).matches();
  }
}
