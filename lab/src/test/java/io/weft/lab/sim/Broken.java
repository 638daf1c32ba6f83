package io.weft.lab.sim;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.client.Transport;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.policy.BreakerPolicy;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.RetryPolicy;
import io.weft.mesh.server.Admission;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Parts with one fault each, of the kind that a mesh might have. */
final class Broken {
  private Broken() {}

  /** Completes the promise of every answer a second time. */
  static final class Promises extends Parts {
    @Override
    Transport transport(Incarnation of) {
      var real = super.transport(of);
      return (endpoint, request) -> {
        Promise<Reply> promise = Promise.promise();
        real.send(endpoint, request)
            .onComplete(
                (reply, failure) -> {
                  promise.handle(failed(reply, failure));
                  promise.handle(failed(reply, failure));
                });
        return promise.future();
      };
    }

    private static Future<Reply> failed(@Nullable Reply reply, @Nullable Throwable failure) {
      return failure == null ? Future.succeededFuture(reply) : Future.failedFuture(failure);
    }
  }

  /** Tells every caller its answer twice. */
  static final class Echoes extends Parts {
    @Override
    Step client(Incarnation of, Supplier<Directory> directories, Transport transport) {
      var real = super.client(of, directories, transport);
      return request -> twice(real.take(request));
    }

    @SuppressWarnings("unchecked")
    private static Future<Reply> twice(Future<Reply> future) {
      return (Future<Reply>)
          Proxy.newProxyInstance(
              Future.class.getClassLoader(),
              new Class<?>[] {Future.class},
              (proxy, method, arguments) -> {
                try {
                  if (method.getName().equals("onComplete")) {
                    method.invoke(future, arguments);
                  }
                  return method.invoke(future, arguments);
                } catch (InvocationTargetException thrown) {
                  throw thrown.getCause();
                }
              });
    }
  }

  /** Waits for answers longer than the deadline. */
  static final class Patience extends Parts {
    private static final long LATE_NANOS = 100_000_000L;

    @Override
    Transport transport(Incarnation of) {
      var real = super.transport(of);
      return (endpoint, request) -> {
        var deadline = request.deadline();
        var late = new Deadline(deadline.ticker(), deadline.atNanos() + LATE_NANOS);
        return real.send(endpoint, request.due(late));
      };
    }
  }

  /** Fails with what is none of the five failures. */
  static final class Failures extends Parts {
    @Override
    Step client(Incarnation of, Supplier<Directory> directories, Transport transport) {
      var real = super.client(of, directories, transport);
      return request ->
          real.take(request).recover(f -> Future.failedFuture(new IllegalStateException(f)));
    }
  }

  /** Loses one answer in a few. */
  static final class Leak extends Parts {
    @Override
    Transport transport(Incarnation of) {
      var real = super.transport(of);
      return (endpoint, request) -> {
        var answer = real.send(endpoint, request);
        return request.trace().low() % 50 == 0 ? Promise.<Reply>promise().future() : answer;
      };
    }
  }

  /** Lets one handler in a few run for ever. */
  static final class Hang extends Parts {
    @Override
    Step server(Incarnation of, Admission admission, Step handler) {
      return super.server(
          of,
          admission,
          request -> {
            var answer = handler.take(request);
            return request.trace().low() % 50 == 0 ? Promise.<Reply>promise().future() : answer;
          });
    }
  }

  /** Has a budget of further attempts that never refuses. */
  static final class Budget extends Parts {
    private static final double ALL = 1_000_000;

    @Override
    Policy policy(Settings settings) {
      var usual = super.policy(settings);
      var retries = usual.retries();
      return new Policy(
          usual.timeout(),
          usual.attemptTimeout(),
          new RetryPolicy(retries.attemptsMax(), retries.backoff(), 1, ALL),
          usual.hedge(),
          usual.balance(),
          usual.breaker(),
          usual.admission(),
          usual.traffic());
    }
  }

  /** Leaves no endpoint out, however ill it is. */
  static final class Leniency extends Parts {
    @Override
    Policy policy(Settings settings) {
      var usual = super.policy(settings);
      var breaker = usual.breaker();
      return new Policy(
          usual.timeout(),
          usual.attemptTimeout(),
          usual.retries(),
          usual.hedge(),
          usual.balance(),
          new BreakerPolicy(
              breaker.consecutiveFailures(),
              breaker.errorRate(),
              breaker.slowCall(),
              breaker.slowRate(),
              breaker.volumeMin(),
              breaker.window(),
              breaker.ejection(),
              breaker.ejectionMax(),
              0),
          usual.admission(),
          usual.traffic());
    }
  }

  /** Sees a directory that somebody has tampered with. */
  private abstract static class Directories extends Parts {
    @Override
    Supplier<Directory> directories(Incarnation of) {
      var real = super.directories(of);
      var seen = new LinkedHashMap<String, Endpoint>();
      return () -> {
        var directory = real.get();
        var endpoints = change(of, directory.of(World.SERVICE), seen);
        return new Directory(
            directory.version(), directory.nodes(), Map.of(World.SERVICE, endpoints));
      };
    }

    abstract List<Endpoint> change(
        Incarnation of, List<Endpoint> endpoints, Map<String, Endpoint> seen);

    static List<Endpoint> without(List<Endpoint> endpoints, String node) {
      return endpoints.stream().filter(endpoint -> !endpoint.node().equals(node)).toList();
    }
  }

  /** Uses every endpoint that there ever was. */
  static final class Memory extends Directories {
    @Override
    List<Endpoint> change(Incarnation of, List<Endpoint> endpoints, Map<String, Endpoint> seen) {
      endpoints.forEach(endpoint -> seen.put(endpoint.id(), endpoint));
      return List.copyOf(seen.values());
    }
  }

  /** Never uses one node. */
  static final class Grudge extends Directories {
    @Override
    List<Endpoint> change(Incarnation of, List<Endpoint> endpoints, Map<String, Endpoint> seen) {
      return without(endpoints, "node-0");
    }
  }

  /** One process believes for ever in an endpoint that is not there. */
  static final class Ghost extends Directories {
    @Override
    List<Endpoint> change(Incarnation of, List<Endpoint> endpoints, Map<String, Endpoint> seen) {
      var all = new ArrayList<>(endpoints);
      for (var real : endpoints.stream().limit(1).toList()) {
        all.add(
            new Endpoint(
                real.node() + "/0/users-0",
                real.node(),
                "0",
                "users-0",
                real.service(),
                real.site(),
                real.zone(),
                0,
                real.version(),
                1,
                real.operations()));
      }
      return all;
    }
  }

  /** Runs handlers for requests that nobody waits for any more. */
  static final class Gate extends Parts {
    @Override
    @Nullable Expired useless(Request request) {
      return null;
    }
  }

  /** Changes what goes over the wire. */
  private abstract static class Wire extends Parts {
    @Override
    Transport transport(Incarnation of) {
      var real = super.transport(of);
      return (endpoint, request) -> answered(real.send(endpoint, sent().apply(request)));
    }

    UnaryOperator<Request> sent() {
      return UnaryOperator.identity();
    }

    Future<Reply> answered(Future<Reply> answer) {
      return answer;
    }
  }

  /** Gives every attempt a key of its own. */
  static final class Keys extends Wire {
    private int attempts;

    @Override
    UnaryOperator<Request> sent() {
      return request ->
          new Request(
              request.operation(),
              request.kind(),
              request.payload(),
              request.deadline(),
              request.key() + "-" + attempts++,
              request.origin(),
              request.node(),
              request.cancellation(),
              request.policy());
    }
  }

  /** Says of attempts that were not answered that they were not sent. */
  static final class Lies extends Wire {
    @Override
    Future<Reply> answered(Future<Reply> answer) {
      return answer.recover(
          failure ->
              Future.failedFuture(
                  failure instanceof Unknown ? new NotSent("it never left") : failure));
    }
  }
}
