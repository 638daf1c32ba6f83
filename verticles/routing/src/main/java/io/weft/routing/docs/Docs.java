package io.weft.routing.docs;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.routing.contract.Contract;
import io.weft.routing.gateway.Compression;
import io.weft.routing.gateway.Responses;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
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

  private final Map<String, Asset> assets;

  /** A file of the page, and the same in gzip, which has an entity tag of its own. */
  private record Asset(
      String mediaType, Buffer bytes, String tag, @Nullable Buffer zipped, String zippedTag) {
    static Asset of(String mediaType, Buffer bytes) {
      try {
        var digest = MessageDigest.getInstance("SHA-256").digest(bytes.getBytes());
        var tag = HexFormat.of().formatHex(digest, 0, 16);
        return new Asset(
            mediaType,
            bytes,
            '"' + tag + '"',
            mediaType.startsWith("image/") ? null : Compression.gzip(bytes),
            '"' + tag + "-gzip\"");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-256", e);
      }
    }
  }

  private Docs(Map<String, Asset> assets) {
    this.assets = assets;
  }

  /** Loads the page's files from the class path, off the event loop. */
  public static Future<Docs> load(Vertx vertx, Contract contract) {
    return vertx.executeBlocking(() -> new Docs(assets(contract)));
  }

  private static Map<String, Asset> assets(Contract contract) throws IOException {
    var webjar = WEBJAR + version() + "/";
    var assets = new LinkedHashMap<String, Asset>();
    assets.put("/openapi.yaml", Asset.of("application/yaml", contract.source()));
    assets.put("/docs", Asset.of("text/html; charset=utf-8", Buffer.buffer(PAGE)));
    assets.put("/docs/start.js", Asset.of(SCRIPT, Buffer.buffer(START)));
    assets.put("/docs/swagger-ui.css", Asset.of(STYLE, resource(webjar + "swagger-ui.css")));
    assets.put(
        "/docs/swagger-ui-bundle.js", Asset.of(SCRIPT, resource(webjar + "swagger-ui-bundle.js")));
    assets.put(
        "/docs/favicon-32x32.png", Asset.of("image/png", resource(webjar + "favicon-32x32.png")));
    return assets;
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
    assets.forEach((path, asset) -> router.get(path).handler(c -> send(c, asset)));
  }

  private static void send(RoutingContext context, Asset asset) {
    var zipped = Compression.taken(context) ? asset.zipped() : null;
    var tag = zipped != null ? asset.zippedTag() : asset.tag();
    var response = context.response();
    response
        .putHeader("Content-Security-Policy", POLICY)
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        .putHeader(HttpHeaders.ETAG, tag)
        .headers()
        .add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    if (tag.equals(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
      Responses.empty(context, 304);
      return;
    }
    if (zipped != null) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, Compression.CODING);
    }
    Responses.send(context, 200, asset.mediaType(), zipped != null ? zipped : asset.bytes());
  }
}
