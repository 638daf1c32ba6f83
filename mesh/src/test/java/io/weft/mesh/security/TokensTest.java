package io.weft.mesh.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.vertx.core.Future;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which tokens are believed, and which are not. */
final class TokensTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Principal ANNA = Role.CUSTOMER.principal("anna");

  private static RSAKey rsa;
  private static RSAKey otherRsa;
  private static ECKey curve;

  private final VirtualTime time = new VirtualTime(1);
  private final Tokens tokens = tokens(rsa);

  @BeforeAll
  static void makeKeys() throws Exception {
    rsa = new RSAKeyGenerator(2_048).keyID("rsa").generate();
    otherRsa = new RSAKeyGenerator(2_048).keyID("rsa").generate();
    curve = new ECKeyGenerator(Curve.P_256).keyID("curve").generate();
  }

  private Tokens tokens(com.nimbusds.jose.jwk.JWK... keys) {
    try {
      var set = new JWKSet(List.of(keys)).toString(false);
      return new Tokens(TokenKeys.of(set), "weft", "mesh", time.time());
    } catch (KeyException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer("weft")
        .audience("mesh")
        .subject("anna")
        .expirationTime(Date.from(time.now().plus(HOUR)))
        .claim("scope", "orders:read orders:write");
  }

  private static JWSHeader.Builder header() {
    return new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa");
  }

  private static String sign(JWSHeader header, JWTClaimsSet claims, JWSSigner signer)
      throws Exception {
    var token = new SignedJWT(header, claims);
    token.sign(signer);
    return token.serialize();
  }

  private String signed(JWTClaimsSet.Builder claims) throws Exception {
    return sign(header().build(), claims.build(), new RSASSASigner(rsa));
  }

  private static String encode(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private void assertRefused(String token, String reason) {
    assertRefused(tokens.check(token), reason);
  }

  private static void assertRefused(Future<Identity> answer, String reason) {
    assertTrue(answer.failed(), "the token was believed");
    var why = assertInstanceOf(Unauthenticated.class, answer.cause());
    assertTrue(why.getMessage().contains(reason), why.getMessage());
  }

  @Test
  void aTokenOfOursIsBelievedUntilItExpires() {
    var token = tokens.issue(ANNA, HOUR);
    assertEquals(ANNA, tokens.check(token).result().principal());
    assertEquals(time.now().plus(HOUR), tokens.check(token).result().expires());
    time.advance(HOUR.minusMillis(1));
    assertTrue(tokens.check(token).succeeded());
    time.advance(Duration.ofMillis(1));
    assertRefused(token, "expired");
  }

  @Test
  void whatWasCheckedIsNotCheckedAgainForAMinute() {
    var token = tokens.issue(ANNA, HOUR);
    var first = tokens.check(token);
    assertSame(first, tokens.check(token));
    time.advance(MeshLimits.TOKEN_KEPT);
    var again = tokens.check(token);
    assertTrue(again.succeeded());
    assertTrue(again != first);
  }

  @Test
  void theTokenThatIsLongestUnusedMakesRoom() throws Exception {
    var keys = TokenKeys.of(new JWKSet(rsa).toString(false));
    var small = new Tokens(keys, "weft", "mesh", time.time(), 2);
    var first = small.issue(ANNA, HOUR);
    var second = small.issue(ANNA, HOUR);
    var foundFirst = small.check(first);
    var foundSecond = small.check(second);
    assertSame(foundFirst, small.check(first)); // Now the second is the one longest unused.
    small.check(small.issue(ANNA, HOUR));
    assertSame(foundFirst, small.check(first));
    assertTrue(small.check(second) != foundSecond);
  }

  @Test
  void anExpiredTokenIsRefused() throws Exception {
    time.advance(HOUR);
    assertRefused(signed(claims().expirationTime(Date.from(time.now()))), "expired");
  }

  @Test
  void aTokenWithoutAnEndIsRefused() throws Exception {
    assertRefused(signed(claims().expirationTime(null)), "never expires");
  }

  @Test
  void aTokenOfTomorrowIsRefusedAndOneOfAClockALittleAheadIsNot() throws Exception {
    var soon = time.now().plus(MeshLimits.TOKEN_LEEWAY);
    assertTrue(tokens.check(signed(claims().notBeforeTime(Date.from(soon)))).succeeded());
    var later = Date.from(soon.plusSeconds(1));
    assertRefused(signed(claims().notBeforeTime(later)), "not valid yet");
    assertRefused(signed(claims().issueTime(later)), "not valid yet");
  }

  @Test
  void aTokenForSomebodyElseIsRefused() throws Exception {
    assertRefused(signed(claims().audience("elsewhere")), "another audience");
    assertRefused(signed(claims().audience((String) null)), "another audience");
  }

  @Test
  void aTokenOfSomebodyElseIsRefused() throws Exception {
    assertRefused(signed(claims().issuer("elsewhere")), "another issuer");
    assertRefused(signed(claims().issuer(null)), "another issuer");
  }

  @Test
  void aTokenOfNobodyIsRefused() throws Exception {
    assertRefused(signed(claims().subject(null)), "without a subject");
    assertRefused(signed(claims().subject("")), "without a subject");
  }

  @Test
  void namesThatNoHeaderMayCarryAreRefused() throws Exception {
    assertRefused(signed(claims().subject("anna\r\nX-Role: operator")), "malformed");
    assertRefused(signed(claims().subject("a".repeat(129))), "malformed");
    assertRefused(signed(claims().claim("roles", List.of("a b"))), "malformed");
    assertRefused(signed(claims().claim("roles", "operator")), "malformed");
    assertRefused(signed(claims().claim("scope", List.of("operate"))), "malformed");
    assertRefused(signed(claims().claim("scope", "a ".repeat(33) + "b  c")), "malformed");
  }

  @Test
  void aTokenWithoutASignatureIsRefused() {
    var payload = encode(claims().build().toString());
    for (var alg : List.of("none", "None", "NONE", "nOnE")) {
      var header = encode("{\"alg\":\"" + alg + "\",\"kid\":\"rsa\"}");
      assertRefused(header + "." + payload + ".", "");
      assertRefused(header + "." + payload, "malformed");
      assertRefused(header + "." + payload + ".AAAA", "");
    }
    var issued = tokens.issue(ANNA, HOUR);
    assertRefused(issued.substring(0, issued.lastIndexOf('.') + 1), "");
    assertRefused(issued.substring(0, issued.lastIndexOf('.')), "malformed");
  }

  @Test
  void aPublicKeyIsNoSecret() throws Exception {
    var header = new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa").build();
    var der = rsa.toRSAPublicKey().getEncoded();
    var pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END PUBLIC KEY-----\n";
    var secrets =
        List.of(
            der,
            pem.getBytes(StandardCharsets.UTF_8),
            rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8));
    for (var secret : secrets) {
      assertRefused(sign(header, claims().build(), new MACSigner(secret)), "another algorithm");
    }
  }

  @Test
  void anAlgorithmThatTheKeyIsNotForIsRefused() throws Exception {
    for (var other :
        List.of(JWSAlgorithm.RS384, JWSAlgorithm.RS512, JWSAlgorithm.PS256, JWSAlgorithm.PS512)) {
      var header = new JWSHeader.Builder(other).keyID("rsa").build();
      assertRefused(sign(header, claims().build(), new RSASSASigner(rsa)), "another algorithm");
    }
    var both = tokens(rsa, curve);
    var header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("rsa").build();
    var token = sign(header, claims().build(), new ECDSASigner(curve));
    assertRefused(both.check(token), "another algorithm");
  }

  @Test
  void aTokenCannotBringItsOwnKey() throws Exception {
    var header = header().jwk(otherRsa.toPublicJWK()).build();
    assertRefused(sign(header, claims().build(), new RSASSASigner(otherRsa)), "signature");
  }

  @Test
  void aTokenOfAnUnknownKeyIsRefused() throws Exception {
    var header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("another").build();
    assertRefused(sign(header, claims().build(), new RSASSASigner(rsa)), "unknown key");
  }

  @Test
  void aTokenWithoutAKeysNameIsReadOnlyWhereThereIsOneKey() throws Exception {
    var header = new JWSHeader.Builder(JWSAlgorithm.RS256).build();
    var token = sign(header, claims().build(), new RSASSASigner(rsa));
    assertTrue(tokens.check(token).succeeded());
    assertRefused(tokens(rsa, curve).check(token), "unknown key");
  }

  @Test
  void aTokenThatWasChangedIsRefused() {
    var parts = tokens.issue(ANNA, HOUR).split("\\.");
    var claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
    var better = encode(claims.replace("customer", "operator"));
    assertRefused(parts[0] + "." + better + "." + parts[2], "signature");
  }

  @Test
  void aTokenCutShortAnywhereIsRefused() {
    var token = tokens.issue(ANNA, HOUR);
    for (int length = 0; length < token.length(); length++) {
      assertRefused(token.substring(0, length), "");
    }
  }

  @Test
  void aTokenThatWasMutatedIsRefusedOrSaysWhatItSaid() {
    var random = new SplittableRandom(20_261_121);
    var token = tokens.issue(ANNA, HOUR);
    for (int i = 0; i < 2_000; i++) {
      var chars = token.toCharArray();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        chars[random.nextInt(chars.length)] =
            (char) (1 + random.nextInt(random.nextInt(2) == 0 ? 127 : 0xFFF));
      }
      var mutant = new String(chars);
      var answer = tokens.check(mutant);
      if (answer.succeeded()) {
        assertEquals(ANNA, answer.result().principal(), mutant); // Some bits mean nothing.
      } else {
        assertInstanceOf(Unauthenticated.class, answer.cause(), mutant);
      }
    }
  }

  @Test
  void aLongTokenIsRefusedUnread() {
    assertRefused("a".repeat(1024 * 1024), "of 1048576 characters (limit: 4096)");
    assertRefused(".".repeat(MeshLimits.TOKEN_MAX_CHARS + 1), "characters (limit: 4096)");
  }

  @Test
  void nonsenseIsRefused() {
    for (var nonsense :
        List.of("", ".", "..", "...", "a.b.c", "{}.{}.{}", "\u0000", "Bearer x", "e30.e30.e30")) {
      assertRefused(nonsense, "");
    }
    var deep = encode("{\"alg\":\"RS256\",\"kid\":" + "[".repeat(2_000));
    assertRefused(deep + ".e30.AAAA", "malformed");
  }

  @Test
  void anExtensionThatNobodyUnderstandsIsRefused() throws Exception {
    var header = header().criticalParams(Set.of("exp2")).customParam("exp2", 1).build();
    assertRefused(sign(header, claims().build(), new RSASSASigner(rsa)), "");
  }

  @Test
  void aSignedThingThatIsNoTokenIsRefused() throws Exception {
    var receipt = header().type(new JOSEObjectType("receipt+jwt")).build();
    assertRefused(sign(receipt, claims().build(), new RSASSASigner(rsa)), "no token");
    var access = header().type(new JOSEObjectType("at+jwt")).build();
    assertTrue(tokens.check(sign(access, claims().build(), new RSASSASigner(rsa))).succeeded());
  }

  @Test
  void everyKeyThatThereIsChecksAndTheFirstSigns() {
    var old = tokens(curve).issue(ANNA, HOUR);
    var changed = tokens(rsa, curve);
    assertTrue(changed.check(old).succeeded());
    assertTrue(tokens.check(changed.issue(ANNA, HOUR)).succeeded());
  }

  @Test
  void keysThatOnlyCheckDoNotSign() {
    var checking = tokens(rsa.toPublicJWK());
    assertThrows(IllegalStateException.class, () -> checking.issue(ANNA, HOUR));
    assertTrue(checking.check(tokens.issue(ANNA, HOUR)).succeeded());
  }

  @Test
  void noTokenIsIssuedForNobodyOrForEver() {
    assertThrows(IllegalArgumentException.class, () -> tokens.issue(Principal.ANONYMOUS, HOUR));
    assertThrows(IllegalArgumentException.class, () -> tokens.issue(ANNA, Duration.ofDays(31)));
    assertThrows(IllegalArgumentException.class, () -> tokens.issue(ANNA, Duration.ZERO));
  }

  @Test
  void aChangeOfKeysForgetsWhatTheOldOnesChecked() throws Exception {
    var source = new String[] {new JWKSet(rsa).toString(false)};
    var keys = new TokenKeys("test", time, () -> Future.succeededFuture(source[0]));
    keys.refresh();
    var changing = new Tokens(keys, "weft", "mesh", time.time());
    var token = tokens.issue(ANNA, HOUR);
    assertTrue(changing.check(token).succeeded());
    source[0] = new JWKSet(curve).toString(false);
    keys.refresh();
    assertRefused(changing.check(token), "unknown key");
  }

  @Test
  void aKeyThatIsNotKnownIsAskedForButNotByEveryToken() throws Exception {
    var asked = new int[1];
    var source = new String[] {new JWKSet(curve.toPublicJWK()).toString(false)};
    var keys =
        new TokenKeys(
            "test",
            time,
            () -> {
              asked[0]++;
              return Future.succeededFuture(source[0]);
            });
    keys.refresh();
    time.advance(MeshLimits.KEYS_ASKED_INTERVAL);
    var checking = new Tokens(keys, "weft", "mesh", time.time());
    source[0] = new JWKSet(List.of(curve.toPublicJWK(), rsa.toPublicJWK())).toString();
    assertTrue(checking.check(tokens.issue(ANNA, HOUR)).succeeded());
    var unknown = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("another").build();
    for (int i = 0; i < 100; i++) {
      assertRefused(
          checking.check(sign(unknown, claims().build(), new RSASSASigner(rsa))), "unknown key");
    }
    assertEquals(2, asked[0]);
  }

  @Test
  void whileThereAreNoKeysNobodyIsToldThatTheirTokenIsBad() {
    var keys = new TokenKeys("test", time, () -> Future.failedFuture(new KeyException("away")));
    var checking = new Tokens(keys, "weft", "mesh", time.time());
    var answer = checking.check(tokens.issue(ANNA, HOUR));
    assertInstanceOf(Rejected.class, answer.cause());
  }
}
