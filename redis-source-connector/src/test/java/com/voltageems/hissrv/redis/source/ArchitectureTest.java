package com.voltageems.hissrv.redis.source;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.voltageems.hissrv.redis.source.run.WorkerClock;
import com.voltageems.hissrv.redis.source.sample.SampleRecords;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import redis.clients.jedis.HostAndPort;

/**
 * The layers: a package may use packages of lower layers, but none of a higher one or of its own.
 */
@AnalyzeClasses(
    packages = "com.voltageems.hissrv.redis.source",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "com.voltageems.hissrv.redis.source";
  private static final int MOST_TYPES = 20;

  /** The layers from bottom to top; packages of one layer do not use each other. */
  private static final List<List<String>> FLOORS =
      List.of(
          List.of("bytes", "run"),
          List.of("link"),
          List.of("jedis"),
          List.of("reader"),
          List.of("sample"),
          List.of("type"),
          List.of("config", "hash", "list", "archive", "stream"),
          List.of("pubsub"));

  @ArchTest
  static void aPackageKnowsOnlyThoseBelowIt(JavaClasses all) {
    for (int floor = 0; floor < FLOORS.size(); floor++) {
      for (String name : FLOORS.get(floor)) {
        List<String> unknown =
            FLOORS.subList(floor, FLOORS.size()).stream()
                .flatMap(List::stream)
                .filter(other -> !other.equals(name))
                .map(other -> ROOT + "." + other)
                .collect(Collectors.toList());
        unknown.add(ROOT);
        noClasses()
            .that()
            .resideInAPackage(ROOT + "." + name)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(unknown.toArray(String[]::new))
            .check(all);
      }
    }
  }

  @ArchTest
  static void everyPackageHasItsFloorAndAtMostTwentyTypes(JavaClasses all) {
    Map<String, Integer> types = new TreeMap<>();
    for (JavaClass one : all) {
      if (one.isTopLevelClass() && !one.getSimpleName().equals("package-info")) {
        types.merge(one.getPackageName(), 1, Integer::sum);
      }
    }
    List<String> known =
        FLOORS.stream().flatMap(List::stream).map(name -> ROOT + "." + name).toList();
    assertThat(types.keySet()).containsAll(known).hasSize(known.size() + 1).contains(ROOT);
    assertThat(types.values()).allMatch(count -> count <= MOST_TYPES);
  }

  /** A class of the client that holds an address is allowed: it is a value without behaviour. */
  @ArchTest
  static final ArchRule onlyOnePackageKnowsTheClient =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".jedis")
          .should()
          .dependOnClassesThat(
              resideInAPackage("redis.clients..").and(not(belongToAnyOf(HostAndPort.class))));

  @ArchTest
  static final ArchRule samplesArePure =
      noClasses()
          .that()
          .resideInAnyPackage(ROOT + ".bytes", ROOT + ".sample")
          .and()
          .doNotBelongToAnyOf(SampleRecords.class)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.kafka..",
              "org.slf4j..",
              "java.net..",
              "java.util.concurrent.locks..",
              ROOT + ".link",
              ROOT + ".run",
              ROOT + ".jedis");

  /** Tests advance the time themselves. */
  @ArchTest
  static final ArchRule timeComesIn =
      noClasses()
          .that()
          .doNotBelongToAnyOf(WorkerClock.class)
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(InstantSource.class, "system");

  @ArchTest
  static final ArchRule ofTheRootOnlyWhatConnectLoadsIsPublic =
      classes()
          .that()
          .areTopLevelClasses()
          .and()
          .resideInAPackage(ROOT)
          .and()
          .haveNameNotMatching(".*\\.RedisSource(Connector|Task)")
          .should()
          .notBePublic();

  @ArchTest
  static final ArchRule nothingIsWrittenToTheConsole =
      noClasses()
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");
}
