package io.weft.mesh.link;

/** Sites with keys, made once: what they are makes no difference to a test. */
final class Keys {
  static final SiteIdentity HUB = new SiteIdentity("cloud", SiteKey.create());
  static final SiteIdentity EDGE = new SiteIdentity("edge-1", SiteKey.create());
  static final SiteIdentity STRANGER = new SiteIdentity("edge-1", SiteKey.create());

  private Keys() {}
}
