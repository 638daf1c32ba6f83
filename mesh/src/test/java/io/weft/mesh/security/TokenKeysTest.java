package io.weft.mesh.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.VirtualTime;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Key;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the keys of tokens come from, and which are taken. */
final class TokenKeysTest {
  private static final Principal ANNA = Role.CUSTOMER.principal("anna");

  private static RSAKey rsa;

  private final VirtualTime time = new VirtualTime(1);
  private final Vertx vertx = Vertx.vertx();

  @TempDir private Path folder;

  @BeforeAll
  static void makeKey() throws Exception {
    rsa = new RSAKeyGenerator(2_048).keyID("rsa").generate();
  }

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private Tokens tokens(TokenKeys keys) {
    return new Tokens(keys, "weft", "mesh", time.time());
  }

  private static String pem(String label, Key key) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder().encodeToString(key.getEncoded())
        + "\n-----END "
        + label
        + "-----\n";
  }

  private static void assertRefused(String text, String reason) {
    var why = assertThrows(KeyException.class, () -> TokenKeys.of(text));
    assertTrue(why.getMessage().contains(reason), why.getMessage());
  }

  @Test
  void theKeyOfDevelopmentIsMadeOnceAndIsItsOwnersAlone() throws Exception {
    var first = tokens(TokenKeys.development(folder));
    var again = tokens(TokenKeys.development(folder));
    var token = first.issue(ANNA, Duration.ofHours(1));
    assertEquals(ANNA, again.check(token).result().principal());
    var file = folder.resolve("keys/development.json");
    assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
    try (var files = Files.list(file.getParent())) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void nodesThatStartAtOnceAgreeOnTheKeyOfDevelopment() throws Exception {
    var threads = Executors.newFixedThreadPool(4);
    var starting = new ArrayList<java.util.concurrent.Future<TokenKeys>>();
    for (int i = 0; i < 4; i++) {
      starting.add(threads.submit(() -> TokenKeys.development(folder)));
    }
    var token = tokens(starting.get(0).get()).issue(ANNA, Duration.ofHours(1));
    for (var one : starting) {
      assertTrue(tokens(one.get()).check(token).succeeded());
    }
    threads.shutdownNow();
  }

  @Test
  void keysMayBePem() throws Exception {
    var signing = tokens(TokenKeys.of(pem("PRIVATE KEY", rsa.toPrivateKey())));
    var checking = TokenKeys.of(pem("PUBLIC KEY", rsa.toPublicKey()));
    assertFalse(checking.signs());
    assertTrue(tokens(checking).check(signing.issue(ANNA, Duration.ofHours(1))).succeeded());
    var curve = new ECKeyGenerator(Curve.P_384).generate();
    var two =
        TokenKeys.of(pem("PUBLIC KEY", curve.toPublicKey()) + pem("PUBLIC KEY", rsa.toPublicKey()));
    assertTrue(tokens(two).check(signing.issue(ANNA, Duration.ofHours(1))).succeeded());
  }

  @Test
  void keysThatAreOfNoUseAreRefusedInOneLine() throws Exception {
    assertRefused("", "neither a JWK set nor PEM");
    assertRefused("{\"keys\":[]}", "0 keys (expected: 1 to 16)");
    assertRefused("{\"keys\":[{}]}", "not a JWK set");
    assertRefused("x".repeat(MeshLimits.KEYS_MAX_BYTES + 1), "limit: 65536");
    assertRefused("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "block 1");
    assertRefused("-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----", "pkcs8");
    var curve = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    assertRefused(pem("PRIVATE KEY", curve.toPrivateKey()), "as a JWK set");
    var odd = new ECKeyGenerator(Curve.P_521).keyID("odd").generate();
    assertRefused(new JWKSet(odd).toString(false), "P-521 (expected: P-256, P-384)");
    assertRefused(new JWKSet(List.of(rsa, rsa)).toString(false), "two keys are named rsa");
    var nameless = new RSAKeyGenerator(2_048).generate();
    assertRefused(new JWKSet(nameless).toString(false), "without a usable kid");
  }

  @Test
  void aSecretIsNoKeyAndAWeakKeyIsNone() throws Exception {
    OctetSequenceKey secret = new OctetSequenceKeyGenerator(256).keyID("secret").generate();
    assertRefused(new JWKSet(secret).toString(false), "of type oct (expected: RSA, EC)");
    var weak = new RSAKeyGenerator(1_024, true).keyID("weak").generate();
    assertRefused(new JWKSet(weak).toString(false), "has 1024 bits (expected: 2048 to 4096)");
  }

  @Test
  void keysForOtherThingsThanSignaturesAreLeftOut() throws Exception {
    var forSecrets =
        new RSAKeyGenerator(2_048)
            .keyID("enc")
            .keyUse(com.nimbusds.jose.jwk.KeyUse.ENCRYPTION)
            .generate();
    var keys = TokenKeys.of(new JWKSet(List.of(forSecrets, rsa)).toString(false));
    assertTrue(keys.signs());
    assertEquals(1, keys.now().find(null) == null ? 0 : 1);
  }

  @Test
  void aFileOfKeysIsTakenAnewWhenItChanges() throws Exception {
    var file = folder.resolve("keys.json");
    Files.writeString(file, new JWKSet(rsa).toString(false));
    var keys = await(TokenKeys.ofFile(vertx, file, Time.of(vertx)));
    var before = keys.now();
    await(keys.refresh());
    assertEquals(before, keys.now());
    Files.writeString(file, "nonsense");
    assertThrows(Exception.class, () -> await(keys.refresh()));
    assertEquals(before, keys.now());
    Files.writeString(file, KeyText.fresh());
    await(keys.refresh());
    assertFalse(before.equals(keys.now()));
    keys.close();
  }

  @Test
  void aFileThatIsNotThereIsSaidByName() {
    var missing = folder.resolve("missing.pem");
    var why =
        assertThrows(
            Exception.class, () -> await(TokenKeys.ofFile(vertx, missing, Time.of(vertx))));
    assertTrue(String.valueOf(why.getMessage()).contains("missing.pem"), why.getMessage());
  }

  private HttpServer serve(Consumer<HttpServerRequest> handler) throws Exception {
    return await(vertx.createHttpServer().requestHandler(handler::accept).listen(0, "127.0.0.1"));
  }

  private TokenKeys keysOf(HttpServer server) throws Exception {
    var url = URI.create("http://127.0.0.1:" + server.actualPort() + "/jwks");
    return await(TokenKeys.ofUrl(vertx, url, Time.of(vertx)));
  }

  @Test
  void keysOfAUrlStayWhileItIsAway() throws Exception {
    var text = new JWKSet(rsa).toString(true);
    var away = new boolean[1];
    var server =
        serve(
            request -> {
              request.response().setStatusCode(away[0] ? 503 : 200);
              request.response().end(text);
            });
    var keys = keysOf(server);
    var before = keys.now();
    assertFalse(before.isEmpty());
    assertFalse(keys.signs());
    away[0] = true;
    var why = assertThrows(Exception.class, () -> await(keys.refresh()));
    assertTrue(String.valueOf(why.getMessage()).contains("status 503"), why.getMessage());
    assertEquals(before, keys.now());
    keys.close();
  }

  @Test
  void anEndlessAnswerAndARedirectAreNotFollowed() throws Exception {
    var endless =
        serve(
            request -> {
              var response = request.response().setChunked(true);
              vertx.setPeriodic(1, tick -> response.write("x".repeat(8_192)));
            });
    var none = keysOf(endless);
    assertTrue(none.now().isEmpty());
    none.close();
    var elsewhere =
        serve(
            request ->
                request
                    .response()
                    .setStatusCode(302)
                    .putHeader("Location", "http://127.0.0.1:" + endless.actualPort())
                    .end());
    var moved = keysOf(elsewhere);
    assertTrue(moved.now().isEmpty());
    moved.close();
  }

  @Test
  void anAnswerThatNeverEndsIsGivenUp() throws Exception {
    var asked = new java.util.concurrent.CountDownLatch(1);
    var mute = serve(request -> asked.countDown());
    var url = URI.create("http://127.0.0.1:" + mute.actualPort() + "/jwks");
    var coming = TokenKeys.ofUrl(vertx, url, time.time());
    assertTrue(asked.await(20, TimeUnit.SECONDS));
    time.advance(MeshLimits.JWKS_TIMEOUT);
    var none = await(coming);
    assertTrue(none.now().isEmpty());
    none.close();
  }

  @Test
  void keysComeOnlyOverASecureConnection() {
    for (var url : List.of("http://example.org/jwks", "ftp://127.0.0.1/", "file:///etc/passwd")) {
      assertThrows(
          KeyException.class, () -> TokenKeys.ofUrl(vertx, URI.create(url), time.time()), url);
    }
  }
}
