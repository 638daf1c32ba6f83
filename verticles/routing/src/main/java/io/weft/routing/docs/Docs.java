package io.weft.routing.docs;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.routing.contract.Contract;
import io.weft.routing.gateway.PageFile;
import io.weft.routing.gateway.PageFiles;
import io.weft.routing.gateway.Responses;
import io.weft.routing.problem.Problem;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The page to read and try the API, and the contract behind it: Swagger UI from its webjar, held in
 * memory, with nothing from any other host.
 */
public final class Docs {

  /** Forbids whatever the page does not need; Swagger UI sets styles from its script. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
          + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
          + "frame-ancestors 'none'";

  private static final String WEBJAR = "/META-INF/resources/webjars/swagger-ui/";
  private static final String VERSION_FILE =
      "/META-INF/maven/org.webjars/swagger-ui/pom.properties";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String STYLE = "text/css; charset=utf-8";

  private static final String PAGE =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Weft: the API</title>
        <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
        <link rel="stylesheet" href="/docs/swagger-ui.css">
      </head>
      <body>
        <div id="api"></div>
        <noscript>This page needs JavaScript. The contract itself is at
          <a href="/openapi.yaml">/openapi.yaml</a>.</noscript>
        <script src="/docs/swagger-ui-bundle.js"></script>
        <script src="/docs/start.js"></script>
      </body>
      </html>
      """;

  private static final String START =
      """
      'use strict';
      window.ui = SwaggerUIBundle({
        url: '/openapi.yaml',
        dom_id: '#api',
        deepLinking: true,
        displayRequestDuration: true,
        tryItOutEnabled: true,
        validatorUrl: null,
        requestSnippetsEnabled: true
      });
      """;

  private static final Problem UNREADABLE =
      Problem.unavailable(
          "docs.unavailable", "the page's files could not be read; the node's log says why");

  private static final List<String> PATHS =
      List.of(
          "/openapi.yaml",
          "/docs",
          "/docs/start.js",
          "/docs/swagger-ui.css",
          "/docs/swagger-ui-bundle.js",
          "/docs/favicon-32x32.png");

  private final PageFiles files;

  private Docs(Contract contract) {
    files = new PageFiles("the page of the API", () -> read(contract), UNREADABLE);
  }

  /** Returns the page of a contract, whose files are read when they are first asked for. */
  public static Docs of(Contract contract) {
    return new Docs(contract);
  }

  private static Map<String, PageFile> read(Contract contract) throws IOException {
    var webjar = WEBJAR + version() + "/";
    var files = new LinkedHashMap<String, PageFile>();
    files.put("/openapi.yaml", PageFile.of("application/yaml", contract.source()));
    files.put("/docs", PageFile.of("text/html; charset=utf-8", Buffer.buffer(PAGE)));
    files.put("/docs/start.js", PageFile.of(SCRIPT, Buffer.buffer(START)));
    files.put("/docs/swagger-ui.css", PageFile.of(STYLE, resource(webjar + "swagger-ui.css")));
    files.put(
        "/docs/swagger-ui-bundle.js",
        PageFile.of(SCRIPT, resource(webjar + "swagger-ui-bundle.js")));
    files.put(
        "/docs/favicon-32x32.png",
        PageFile.of("image/png", resource(webjar + "favicon-32x32.png")));
    return files;
  }

  private static String version() throws IOException {
    var properties = new Properties();
    try (var in = Objects.requireNonNull(Docs.class.getResourceAsStream(VERSION_FILE))) {
      properties.load(in);
    }
    return properties.getProperty("version");
  }

  private static Buffer resource(String name) throws IOException {
    try (var in = Docs.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(name + " is not on the class path");
      }
      return Buffer.buffer(in.readAllBytes());
    }
  }

  /** Adds {@code /docs}, its files and {@code /openapi.yaml} to a router. */
  public void mount(Router router) {
    PATHS.forEach(
        path -> router.get(path).handler(c -> files.answer(c, all -> send(c, all.get(path)))));
  }

  private static void send(RoutingContext context, @Nullable PageFile file) {
    if (file == null) {
      Responses.problem(context, UNREADABLE);
    } else {
      file.send(context, POLICY);
    }
  }
}
