package io.weft.node.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which way the arrows point, and what no class may do: each rule of the design, as a test. */
class LayoutTest {
  private static final String[] POLICY = {
    "io.weft.mesh.client..",
    "io.weft.mesh.balance..",
    "io.weft.mesh.breaker..",
    "io.weft.mesh.server.."
  };
  private static final List<String> VERTICLES = List.of("users", "orders", "sites", "routing");
  private static final Pattern BANNED_WORD =
      Pattern.compile("(?i)(utils?|common|helpers?|managers?)");

  private static JavaClasses ours = new ClassFileImporter().importClasses();

  @BeforeAll
  static void ourClasses() {
    ours =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            // Where modules are packaged, the tests of others come in jars.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.weft");
  }

  @Test
  void everyRoomIsLookedAt() {
    // Without this, a rule about a room that is not on the class path would hold for nothing.
    for (var room : List.of("mesh", "ledger", "users", "orders", "sites", "routing", "node")) {
      assertTrue(ours.containPackage("io.weft." + room), room);
    }
  }

  @Test
  void theMeshDependsOnNothingOfOurs() {
    noClasses()
        .that()
        .resideInAPackage("io.weft.mesh..")
        .should()
        .dependOnClassesThat(oursOtherThan("io.weft.mesh.."))
        .check(ours);
  }

  @Test
  void theLedgerDependsOnTheMeshOnly() {
    noClasses()
        .that()
        .resideInAPackage("io.weft.ledger..")
        .should()
        .dependOnClassesThat(oursOtherThan("io.weft.ledger..", "io.weft.mesh.."))
        .check(ours);
  }

  @Test
  void aVerticleDependsOnMeshAndLedgerAndTheApiOfOthersOnly() {
    for (var verticle : VERTICLES) {
      var own = "io.weft." + verticle + "..";
      noClasses()
          .that()
          .resideInAPackage(own)
          .should()
          .dependOnClassesThat(
              oursOtherThan(own, "io.weft.mesh..", "io.weft.ledger..", "io.weft.*.api.."))
          .check(ours);
    }
  }

  @Test
  void anApiDependsOnTheMeshAndItselfOnly() {
    for (var verticle : VERTICLES) {
      var api = "io.weft." + verticle + ".api..";
      noClasses()
          .that()
          .resideInAPackage(api)
          .should()
          .dependOnClassesThat(oursOtherThan(api, "io.weft.mesh.."))
          .allowEmptyShould(true)
          .check(ours);
    }
  }

  @Test
  void nobodySeesTheNode() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.weft.node..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.weft.node..")
        .check(ours);
  }

  @Test
  void policiesKnowNothingOfWhatCarriesACall() {
    classes()
        .that()
        .resideInAnyPackage(POLICY)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage("java..", "org.jspecify..")
                .or(resideInAnyPackage(POLICY))
                .or(
                    resideInAnyPackage(
                        "io.weft.mesh",
                        "io.weft.mesh.policy",
                        "io.weft.mesh.time",
                        "io.weft.mesh.discovery",
                        "io.weft.mesh.policy",
                        "io.weft.mesh.telemetry"))
                .or(futures())
                .or(principals())
                .or(statesOfBreakers()))
        .allowEmptyShould(true)
        .check(ours);
  }

  @Test
  void onlyTheBusPackageTouchesTheEventBusOrHazelcast() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.weft.mesh.bus..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx.core.eventbus..", "com.hazelcast..", "io.vertx.spi.cluster..")
        .check(ours);
  }

  @Test
  void onlyStoresAndTheLedgerTouchTheSqlClient() {
    noClasses()
        .that(not(resideInAPackage("io.weft.ledger..")).and(not(store())))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.vertx.sqlclient..", "io.vertx.pgclient..", "java.sql..", "org.postgresql..")
        .check(ours);
  }

  @Test
  void timeAndChanceComeFromOneRoomOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.weft.mesh.time..")
        .should()
        .accessTargetWhere(clockOrChance())
        .check(ours);
  }

  @Test
  void nothingWaitsByHoldingAThread() {
    // The embedded PostgreSQL blocks by contract, on worker threads: it waits for processes.
    noClasses()
        .that()
        .resideOutsideOfPackage("io.weft.ledger.embedded..")
        .should()
        .accessTargetWhere(calls("java.lang.Thread", "sleep"))
        .check(ours);
  }

  @Test
  void nothingIsCalledUtilCommonHelperOrManager() {
    var wrong = new TreeSet<String>();
    for (var each : ours) {
      for (var word : each.getName().split("[.$]|(?<=[a-z0-9])(?=[A-Z])", -1)) {
        if (BANNED_WORD.matcher(word).matches()) {
          wrong.add(each.getName());
        }
      }
    }
    assertEquals(Set.of(), wrong);
  }

  @Test
  void everyPackageIsMarkedNullSafe() {
    var unmarked = new TreeSet<String>();
    for (var each : ours) {
      if (!marked(each.getPackage())) {
        unmarked.add(each.getPackageName());
      }
    }
    assertEquals(Set.of(), unmarked);
  }

  @Test
  void limitsAreConstants() {
    fields()
        .that()
        .areDeclaredInClassesThat()
        .haveSimpleNameEndingWith("Limits")
        .should()
        .beStatic()
        .andShould()
        .beFinal()
        .check(ours);
    classes()
        .that()
        .haveSimpleNameEndingWith("Limits")
        .should()
        .haveOnlyPrivateConstructors()
        .check(ours);
  }

  @Test
  void everyRoomKeepsItsLimitsInOneClass() {
    for (var room : List.of("mesh", "ledger", "users", "orders", "sites", "routing", "node")) {
      long count =
          ours.stream()
              .filter(c -> c.getPackageName().equals("io.weft." + room))
              .filter(c -> c.getSimpleName().endsWith("Limits"))
              .count();
      assertEquals(1, count, room + " has a class of limits");
    }
  }

  private static DescribedPredicate<JavaClass> oursOtherThan(String... packages) {
    return resideInAPackage("io.weft..").and(not(resideInAnyPackage(packages)));
  }

  private static DescribedPredicate<JavaClass> store() {
    return DescribedPredicate.describe(
        "named Store",
        each -> {
          var top = each.getName().replaceAll("\\$.*", "");
          return top.endsWith("Store");
        });
  }

  private static DescribedPredicate<JavaClass> futures() {
    var allowed =
        Set.of("Future", "Promise", "AsyncResult", "Completable", "CompositeFuture", "Handler");
    return DescribedPredicate.describe(
        "futures and buffers",
        each ->
            (each.getPackageName().equals("io.vertx.core")
                    && allowed.contains(each.getSimpleName()))
                || each.getName().equals("io.vertx.core.buffer.Buffer"));
  }

  // A copy of a call names who asked; what is done with tokens is no business of a policy.
  private static DescribedPredicate<JavaClass> principals() {
    return DescribedPredicate.describe(
        "principals", each -> each.getName().equals("io.weft.mesh.security.Principal"));
  }

  // The library's breaker is not ours, but people know its states.
  private static DescribedPredicate<JavaClass> statesOfBreakers() {
    return DescribedPredicate.describe(
        "the states of breakers",
        each -> each.getName().equals("io.vertx.circuitbreaker.CircuitBreakerState"));
  }

  private static DescribedPredicate<JavaAccess<?>> calls(String owner, String... names) {
    var banned = Set.of(names);
    return DescribedPredicate.describe(
        owner + "." + String.join("/", names).toLowerCase(Locale.ROOT),
        access -> {
          AccessTarget target = access.getTarget();
          return target.getOwner().isAssignableTo(owner) && banned.contains(target.getName());
        });
  }

  private static DescribedPredicate<JavaAccess<?>> clockOrChance() {
    return calls("java.lang.System", "nanoTime", "currentTimeMillis")
        .or(calls("java.time.Instant", "now"))
        .or(calls("java.time.LocalDate", "now"))
        .or(calls("java.time.LocalDateTime", "now"))
        .or(calls("java.time.ZonedDateTime", "now"))
        .or(calls("java.time.OffsetDateTime", "now"))
        .or(calls("java.time.Clock", "systemUTC", "systemDefaultZone", "system"))
        .or(calls("java.util.UUID", "randomUUID"))
        .or(calls("java.util.concurrent.ThreadLocalRandom", "current"))
        .or(seedable())
        .or(calls("java.util.SplittableRandom", "<init>"))
        .or(calls("java.lang.Math", "random"))
        .or(calls("io.vertx.core.Vertx", "setTimer", "setPeriodic", "timer"))
        .or(calls("io.vertx.core.Future", "timeout"))
        .or(calls("io.vertx.core.Context", "setTimer"));
  }

  // A secret must not come from a source that can be seeded: SecureRandom is right for those.
  private static DescribedPredicate<JavaAccess<?>> seedable() {
    return DescribedPredicate.describe(
        "new java.util.Random",
        access -> access.getTargetOwner().getName().equals("java.util.Random"));
  }

  private static boolean marked(JavaPackage of) {
    return of.isAnnotatedWith("org.jspecify.annotations.NullMarked");
  }
}
