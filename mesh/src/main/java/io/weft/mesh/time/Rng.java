package io.weft.mesh.time;

import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** The source of chance: for choosing, for jitter and for identifiers. */
public interface Rng {
  /** Returns a uniformly distributed number from 0 to {@code bound} - 1. */
  int nextInt(int bound);

  /** Returns 64 random bits. */
  long nextLong();

  /** Returns a uniformly distributed number in [0, 1). */
  double nextDouble();

  /** Returns a fresh identifier that no other call, on any host, returns. */
  UUID uuid();

  /** Returns the source of the running machine; safe for use by many threads. */
  static Rng system() {
    return new Rng() {
      @Override
      public int nextInt(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
      }

      @Override
      public long nextLong() {
        return ThreadLocalRandom.current().nextLong();
      }

      @Override
      public double nextDouble() {
        return ThreadLocalRandom.current().nextDouble();
      }

      @Override
      public UUID uuid() {
        return UUID.randomUUID();
      }
    };
  }

  /** Returns a source that repeats itself from the same seed; for one thread at a time. */
  static Rng seeded(long seed) {
    var random = new SplittableRandom(seed);
    return new Rng() {
      @Override
      public int nextInt(int bound) {
        return random.nextInt(bound);
      }

      @Override
      public long nextLong() {
        return random.nextLong();
      }

      @Override
      public double nextDouble() {
        return random.nextDouble();
      }

      @Override
      public UUID uuid() {
        return new UUID(
            (random.nextLong() & ~0xF000L) | 0x4000L,
            (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | Long.MIN_VALUE);
      }
    };
  }
}
