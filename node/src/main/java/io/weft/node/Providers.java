package io.weft.node;

import io.vertx.core.Future;
import io.weft.mesh.ServiceProvider;
import io.weft.node.settings.Settings;
import io.weft.routing.RoutingProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services that a node hosts: found on the class path, opened together, closed again.
 *
 * <p>The gateway comes last, so that it opens on services that are there, and stops first.
 */
final class Providers {
  /** The service by which calls come in from outside. */
  static final String EDGE = RoutingProvider.NAME;

  private static final Logger LOG = LoggerFactory.getLogger(Providers.class);

  private final List<ServiceProvider> hosted;
  private final Map<String, String> installed;
  private final List<ServiceProvider> open = Collections.synchronizedList(new ArrayList<>());

  private Providers(List<ServiceProvider> hosted, Map<String, String> installed) {
    this.hosted = List.copyOf(hosted);
    this.installed = Map.copyOf(installed);
  }

  /**
   * Finds the services that the settings name.
   *
   * @throws StartFailure if one of them is not on the class path
   */
  static Providers of(Settings settings) {
    var known = found();
    var hosted = new ArrayList<ServiceProvider>();
    for (var name : settings.services().keySet()) {
      var provider = known.get(name);
      if (provider == null) {
        throw new StartFailure(
            settings.from("services")
                + ": no such service: \""
                + name
                + "\" (expected: some of "
                + String.join(", ", known.keySet())
                + ")");
      }
      hosted.add(provider.name().equals(EDGE) ? hosted.size() : 0, provider);
    }
    var installed = new HashMap<String, String>();
    known.forEach((name, provider) -> installed.put(name, provider.version()));
    return new Providers(hosted, installed);
  }

  private static Map<String, ServiceProvider> found() {
    var known = new TreeMap<String, ServiceProvider>();
    ServiceLoader.load(ServiceProvider.class).forEach(each -> known.put(each.name(), each));
    return known;
  }

  /** Returns the providers, the gateway's last. */
  List<ServiceProvider> hosted() {
    return hosted;
  }

  /** Returns the versions of all services on the class path, hosted here or not, by name. */
  Map<String, String> installed() {
    return installed;
  }

  /** Returns the names of the services. */
  List<String> names() {
    return hosted.stream().map(ServiceProvider::name).sorted().toList();
  }

  /** Returns whether any of them may keep data; the gateway does not. */
  boolean keepData() {
    return hosted.stream().anyMatch(each -> !each.name().equals(EDGE));
  }

  /** Opens all services; the failure says which one could not be. */
  Future<Void> open(ServiceProvider.Host host) {
    return Future.join(hosted.stream().map(each -> open(each, host)).toList()).mapEmpty();
  }

  private Future<Void> open(ServiceProvider provider, ServiceProvider.Host host) {
    return Future.succeededFuture()
        .compose(go -> provider.open(host))
        .onSuccess(done -> open.add(provider))
        .recover(e -> Future.failedFuture(cannotStart(provider.name(), e)));
  }

  /** Returns why a service cannot start, as one line. */
  static StartFailure cannotStart(String service, Throwable cause) {
    if (cause instanceof StartFailure known) {
      return known;
    }
    var why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new StartFailure("service " + service + " cannot start: " + Settings.masked(why), cause);
  }

  /** Closes all services that were opened; what fails is logged, and the others are closed. */
  Future<Void> close() {
    return Future.join(List.copyOf(open).stream().map(Providers::close).toList()).mapEmpty();
  }

  private static Future<Void> close(ServiceProvider provider) {
    return Future.succeededFuture()
        .compose(go -> provider.close())
        .recover(
            e -> {
              LOG.warn("service {} did not close", provider.name(), e);
              return Future.succeededFuture();
            });
  }
}
