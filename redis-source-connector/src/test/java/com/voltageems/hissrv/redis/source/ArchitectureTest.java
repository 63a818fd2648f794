package com.voltageems.hissrv.redis.source;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rings: what is pure knows neither the client nor Connect's runtime, threads or logs. */
@AnalyzeClasses(
    packages = "com.voltageems.hissrv.redis.source",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String PURE =
      ".*\\.(ValueText|Sample|Series|SampleBuilder|SampleFilter|Damping|HashState|KeyMapper"
          + "|FieldNames|ArchiveKey|PendingElement|PubSubMessage|Slices|TaskPlan|Backoff"
          + "|WindowLength|Bytes|BoundedRegex|NonFinite)(\\$.*)?";

  @ArchTest
  static final ArchRule onlyTheLinkKnowsTheClient =
      noClasses()
          .that()
          .haveNameNotMatching(
              ".*\\.(JedisLink|JedisNodes|JedisConfigs|Subscription|RedisSettings|RedisSourceConfig)(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("redis.clients..");

  @ArchTest
  static final ArchRule coreIsPure =
      noClasses()
          .that()
          .haveNameMatching(PURE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.kafka..", "org.slf4j..", "java.net..", "java.util.concurrent.locks..");

  @ArchTest
  static final ArchRule coreDoesNotKnowTheOuterRings =
      noClasses()
          .that()
          .haveNameMatching(PURE)
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              ".*\\.(RedisLink|JedisLink|.*Reader|RunningRedisSource|RedisSource.*|Subscription)");

  @ArchTest
  static final ArchRule onlyWhatConnectLoadsIsPublic =
      classes()
          .that()
          .areTopLevelClasses()
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
