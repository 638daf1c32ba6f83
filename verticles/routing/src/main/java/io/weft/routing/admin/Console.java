package io.weft.routing.admin;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.gateway.PageFile;
import io.weft.routing.gateway.PageFiles;
import io.weft.routing.gateway.Responses;
import io.weft.routing.problem.Problem;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The web console: the files of the module {@code console}, under {@code /console/}, from memory.
 *
 * <p>They are open to everybody, as they hold nothing but how things are shown; what is shown comes
 * from the routes of the admin API, which ask who wants to see it. A path is looked up among the
 * files that were read, so no path leads anywhere else.
 */
public final class Console {
  private static final String BARE = "/console";
  private static final String PREFIX = BARE + "/";
  private static final String START = "index.html";
  private static final String RESOURCES = "/io/weft/console/";

  /** Forbids whatever the console does not need, and all ways to make code or markup of text. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
          + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
          + "require-trusted-types-for 'script'; trusted-types 'none'";

  private static final Map<String, String> MEDIA_TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  private static final Problem UNREADABLE =
      Problem.unavailable(
          "console.unavailable", "the console's files could not be read; the node's log says why");

  private final PageFiles files = new PageFiles("the console", Console::read, UNREADABLE);

  /** Adds {@code /console/} and its files to a router, and the way there from {@code /}. */
  public void mount(Router router) {
    router.get("/").handler(Console::lead);
    router.get(BARE).handler(Console::leadFromBare);
    router
        .route(PREFIX + "*")
        .method(HttpMethod.GET)
        .method(HttpMethod.HEAD)
        .handler(c -> files.answer(c, all -> send(c, all)));
    HttpEdge.otherMethods(router, PREFIX + "*", Set.of(HttpMethod.GET));
  }

  /** The router takes {@code /console/} for the same path. */
  private static void leadFromBare(RoutingContext context) {
    if (context.request().path().equals(BARE)) {
      lead(context);
    } else {
      context.next();
    }
  }

  private static void lead(RoutingContext context) {
    context.response().putHeader(HttpHeaders.LOCATION, PREFIX);
    Responses.empty(context, 302);
  }

  private static void send(RoutingContext context, Map<String, PageFile> files) {
    var path = context.normalizedPath();
    var file = files.get(path.length() > PREFIX.length() ? path.substring(PREFIX.length()) : START);
    if (file == null) {
      Responses.problem(
          context,
          Problem.of(
              404,
              "console.not_found",
              context.request().path()
                  + " (expected: a file of the console, which is "
                  + PREFIX
                  + ")"));
      return;
    }
    context.response().putHeader("Cross-Origin-Opener-Policy", "same-origin");
    file.send(context, POLICY);
  }

  /** Returns the files by their paths below {@link #PREFIX}; it blocks. */
  private static Map<String, PageFile> read() throws IOException {
    var start = Console.class.getResource(RESOURCES + START);
    if (start == null) {
      throw new IOException("the module console is not on the class path");
    }
    try {
      if (!(start.openConnection() instanceof JarURLConnection inJar)) {
        return read(Path.of(start.toURI()).resolveSibling(""));
      }
      // A view of our own: that of the whole JVM may be open already, in another node's hands.
      try (var jar = FileSystems.newFileSystem(Path.of(inJar.getJarFileURL().toURI()))) {
        return read(jar.getPath(RESOURCES));
      }
    } catch (URISyntaxException e) {
      throw new IOException("no path: " + start, e);
    }
  }

  private static Map<String, PageFile> read(Path folder) throws IOException {
    var files = new TreeMap<String, PageFile>();
    try (var paths = Files.walk(folder)) {
      for (var path : paths.filter(Files::isRegularFile).toList()) {
        var name = folder.relativize(path).toString().replace('\\', '/');
        var bytes = Buffer.buffer(Files.readAllBytes(path));
        files.put(name, PageFile.of(mediaType(name), bytes));
      }
    }
    return files;
  }

  private static String mediaType(String name) throws IOException {
    var type = MEDIA_TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      throw new IOException(
          "%s is of no known type (expected: one of %s)".formatted(name, MEDIA_TYPES.keySet()));
    }
    return type;
  }
}
