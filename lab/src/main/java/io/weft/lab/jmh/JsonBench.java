package io.weft.lab.jmh;

import io.vertx.core.buffer.Buffer;
import io.weft.lab.Say;
import io.weft.mesh.wire.JsonCodec;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What it costs to write the small request as JSON, and to read it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JsonBench {
  private final Say request = Say.numbered(123_456_789);
  private final Buffer body = JsonCodec.encode(request);

  /** Writes a record. */
  @Benchmark
  public Buffer encode() {
    return JsonCodec.encode(request);
  }

  /** Reads a record. */
  @Benchmark
  public Say decode() {
    return JsonCodec.decode(body, Say.class);
  }
}
