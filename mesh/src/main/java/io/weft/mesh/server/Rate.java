package io.weft.mesh.server;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.Request;
import io.weft.mesh.policy.AdmissionPolicy.RateLimit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The token buckets of one operation at one instance: one, or one for each value of an attribute.
 *
 * <p>No more than {@link MeshLimits#RATE_BUCKETS_MAX} are kept. When there are so many and all are
 * in use, further values share one. For one event loop.
 */
final class Rate {
  private final RateLimit limit;
  private final TokenBucket shared;
  private final Map<String, TokenBucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

  Rate(RateLimit limit, long nowNanos) {
    this.limit = limit;
    shared = new TokenBucket(limit, nowNanos);
  }

  RateLimit limit() {
    return limit;
  }

  /** Takes a token for a request; returns 0, or in how many nanoseconds there will be one. */
  long take(Request request, long nowNanos) {
    return bucket(request, nowNanos).take(nowNanos);
  }

  private TokenBucket bucket(Request request, long nowNanos) {
    var value = limit.by() == null ? null : request.origin().attributes().get(limit.by());
    if (value == null) {
      return shared;
    }
    var known = buckets.get(value);
    if (known != null) {
      return known;
    }
    if (buckets.size() >= MeshLimits.RATE_BUCKETS_MAX && !forgetOldest(nowNanos)) {
      return shared;
    }
    var bucket = new TokenBucket(limit, nowNanos);
    buckets.put(value, bucket);
    return bucket;
  }

  /** A bucket that is full again is the same as a new one; to forget another would be a gift. */
  private boolean forgetOldest(long nowNanos) {
    var oldest = buckets.entrySet().iterator();
    if (!oldest.next().getValue().full(nowNanos)) {
      return false;
    }
    oldest.remove();
    return true;
  }
}
