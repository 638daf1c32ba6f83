package io.weft.node;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.weft.mesh.telemetry.Telemetry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What became of calls, as meters: {@code weft_call}, {@code weft_attempt} and {@code weft_served},
 * in seconds.
 *
 * <p>Meters are looked up once per combination, as they are touched for every call. Operations come
 * from contracts and nodes from the registry, so there are few; past {@link #SERIES_MAX} further
 * ones are not told apart.
 */
final class MeshMeters implements Telemetry {
  /** Combinations of tags that are told apart, per meter. */
  static final int SERIES_MAX = 4_096;

  private final Supplier<@Nullable MeterRegistry> registry;
  private final Map<Series, Timer> calls = new ConcurrentHashMap<>();
  private final Map<Series, Timer> attempts = new ConcurrentHashMap<>();
  private final Map<Series, Timer> served = new ConcurrentHashMap<>();

  private record Series(String operation, String node, String outcome) {
    static final Series OTHER = new Series("other", "other", "other");
  }

  /**
   * Creates the meters.
   *
   * @param registry where they are kept; null until there is one, and then nothing is counted
   */
  MeshMeters(Supplier<@Nullable MeterRegistry> registry) {
    this.registry = registry;
  }

  @Override
  public void called(String operation, String outcome, long nanos) {
    record(calls, new Series(operation, "", outcome), nanos, "weft.call");
  }

  @Override
  public void attempted(String operation, String node, String outcome, long nanos) {
    record(attempts, new Series(operation, node, outcome), nanos, "weft.attempt");
  }

  @Override
  public void served(String operation, String outcome, long nanos) {
    record(served, new Series(operation, "", outcome), nanos, "weft.served");
  }

  private void record(Map<Series, Timer> timers, Series series, long nanos, String name) {
    var timer = timers.get(series);
    if (timer == null) {
      var kept = registry.get();
      if (kept == null) {
        return;
      }
      var told = timers.size() < SERIES_MAX ? series : Series.OTHER;
      timer = timers.computeIfAbsent(told, s -> timer(name, s, kept));
    }
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  private static Timer timer(String name, Series series, MeterRegistry registry) {
    return Timer.builder(name)
        .tags("operation", series.operation(), "outcome", series.outcome(), "node", series.node())
        .publishPercentiles(0.5, 0.99)
        .register(registry);
  }
}
