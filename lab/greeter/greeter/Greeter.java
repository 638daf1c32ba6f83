package greeter;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.mesh.Operation;
import io.weft.mesh.ServiceProvider;
import io.weft.users.api.ListUsers;
import io.weft.users.api.Users;

/**
 * A service of which nodes may run different versions: the one that {@code -Dgreeter.version} says.
 *
 * <p>It keeps no data and calls users for each greeting, so that a split of its calls shows in who
 * calls whom.
 */
public final class Greeter implements ServiceProvider {
  /** Who is to be greeted. */
  public record Guest(String name) {}

  /** What is said, and by which version. */
  public record Greeting(String text, String version) {}

  /** Greets somebody. */
  public static final Operation<Guest, Greeting> HELLO =
      Operation.query("greeter.hello", Guest.class, Greeting.class);

  private static final ListUsers ONE_USER = new ListUsers(1, null);

  @Override
  public String name() {
    return "greeter";
  }

  @Override
  public String version() {
    return System.getProperty("greeter.version", "1.0.0");
  }

  @Override
  public Future<Void> open(Host host) {
    return Future.succeededFuture();
  }

  @Override
  public Deployable instance(Host host) {
    var mesh = host.mesh();
    return new VerticleBase() {
      @Override
      public Future<?> start() {
        return mesh.serve(
            HELLO,
            guest ->
                mesh.call(Users.LIST, ONE_USER)
                    .map(seen -> new Greeting("Hello, " + guest.name(), version())));
      }
    };
  }
}
