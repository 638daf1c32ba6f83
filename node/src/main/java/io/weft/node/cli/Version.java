package io.weft.node.cli;

/** The version of this software. */
public final class Version {
  /** As the jar says, or {@code dev} when it runs from class folders. */
  public static final String TEXT = of(Version.class.getPackage().getImplementationVersion());

  private Version() {}

  private static String of(@org.jspecify.annotations.Nullable String stated) {
    return stated == null ? "dev" : stated;
  }
}
