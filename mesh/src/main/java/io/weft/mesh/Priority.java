package io.weft.mesh;

/** How much it matters that a call is served when not all can be; the first matter most. */
public enum Priority {
  /** Served as long as anything is: health checks, payments. */
  CRITICAL,
  /** What calls are unless somebody says otherwise. */
  NORMAL,
  /** The first to be refused: reports, prefetching. */
  SHEDDABLE
}
