package io.weft.mesh.balance;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Priority;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.BalancePolicy;
import io.weft.mesh.policy.BalancePolicy.Algorithm;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.time.Rng;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A candidate of which everything is said by the test. */
final class Fake implements Candidate {
  static final String KEY = "client";

  final int number;
  int weight = 1;
  double warmth = 1;
  int inFlight;
  double cost = 1_000_000;
  boolean ejected;
  Tally tally = new Tally();

  Fake(int number) {
    this.number = number;
  }

  /** Returns candidates of given weights with one tally, numbered from 0. */
  static List<Fake> weighing(List<Integer> weights) {
    var tally = new Tally();
    var fakes = new ArrayList<Fake>();
    for (int weight : weights) {
      var fake = new Fake(fakes.size());
      fake.weight = weight;
      fake.tally = tally;
      fakes.add(fake);
    }
    return fakes;
  }

  /** Returns so many candidates that weigh the same. */
  static List<Fake> many(int number) {
    return weighing(Collections.nCopies(number, 1));
  }

  /** Returns the default policy with another algorithm. */
  static BalancePolicy by(Algorithm algorithm) {
    var defaults = BalancePolicy.DEFAULT;
    return new BalancePolicy(
        algorithm,
        KEY,
        defaults.loadBound(),
        defaults.locality(),
        defaults.spillOver(),
        defaults.slowStart());
  }

  static Picker<Fake> picker(Algorithm algorithm, List<Fake> fakes) {
    return Picker.of(by(algorithm), fakes, Rng.seeded(42), 0);
  }

  /** Returns how often each is picked. */
  static int[] picks(Picker<Fake> picker, int candidates, int picks) {
    var counts = new int[candidates];
    for (int i = 0; i < picks; i++) {
      counts[picker.pick(request(Map.of()), 0).number]++;
    }
    return counts;
  }

  /** Returns a request with the attribute that rings go by. */
  static Request keyed(String value) {
    return request(Map.of(KEY, value));
  }

  static Request request(Map<String, String> attributes) {
    return new Request(
        "users.get",
        Kind.QUERY,
        Payload.of(Buffer.buffer("{}")),
        new Deadline(() -> 0, 1),
        "",
        new Origin(
            TraceContext.NONE, "test", Priority.NORMAL, attributes, new RetryCredit(), false),
        null,
        Cancellation.NEVER,
        Policy.DEFAULT);
  }

  void sent() {
    inFlight++;
    tally.started();
  }

  @Override
  public String id() {
    return "e" + number;
  }

  @Override
  public String name() {
    return "node-" + number + "/users-1";
  }

  @Override
  public int weight() {
    return weight;
  }

  @Override
  public double warmth(long nowNanos) {
    return warmth;
  }

  @Override
  public int inFlight() {
    return inFlight;
  }

  @Override
  public Tally tally() {
    return tally;
  }

  @Override
  public double cost(long nowNanos) {
    return cost;
  }

  @Override
  public boolean ejected() {
    return ejected;
  }
}
