package com.voltageems.hissrv.query;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The rings: what the store is asked knows nobody; a back end knows only that; the edges know all.
 */
@AnalyzeClasses(
    packages = "com.voltageems.hissrv.query",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String QUERY = "com.voltageems.hissrv.query";

  @ArchTest
  static final ArchRule storeInterface_knowsNobody =
      classes()
          .that()
          .resideInAnyPackage(
              QUERY + ".store",
              QUERY + ".store.heap",
              QUERY + ".store.raw",
              QUERY + ".store.window")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              QUERY + ".store",
              QUERY + ".store.heap",
              QUERY + ".store.raw",
              QUERY + ".store.window",
              "java.lang..",
              "java.math..",
              "java.time..",
              "java.util..",
              "org.jspecify..");

  @ArchTest
  static final ArchRule backEnds_knowTheInterfaceOnly =
      noClasses()
          .that()
          .resideInAPackage(QUERY + ".store..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(QUERY, QUERY + ".http..", QUERY + ".health..", QUERY + ".config..");

  @ArchTest
  static final ArchRule http_knowsNoBackEnd =
      noClasses()
          .that()
          .resideInAnyPackage(QUERY + ".http..", QUERY + ".health..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(QUERY + ".store.questdb..", QUERY + ".store.influxql..");

  @ArchTest
  static final ArchRule sql_isSpokenByTheBackEndOnly =
      noClasses()
          .that()
          .resideOutsideOfPackage(QUERY + ".store.questdb..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql..", "com.zaxxer..", "org.postgresql..");

  @ArchTest
  static final ArchRule kafka_isKnownByTheProbesTheLeaseAndItsTlsOnly =
      noClasses()
          .that()
          .resideOutsideOfPackages(QUERY + ".health..", QUERY + ".lease", QUERY + ".tls")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.kafka..");

  @ArchTest
  static final ArchRule parsing_hasNoClockAndNoNetwork =
      noClasses()
          .that()
          .haveSimpleNameStartingWith("Parameters")
          .or()
          .haveSimpleName("Times")
          .or()
          .resideInAnyPackage(QUERY + ".http.ask", QUERY + ".http.answer", QUERY + ".store.window")
          .or()
          .haveSimpleName("StatusView")
          .or()
          .haveSimpleName("SqlBuilder")
          .or()
          .haveSimpleName("ErrorBody")
          .or()
          .haveSimpleName("Redaction")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.net..", "java.sql..", "io.javalin..", "org.slf4j..")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Clock");

  @ArchTest
  static final ArchRule site_meansTheSameEverywhere =
      noClasses()
          .that()
          .resideInAnyPackage(
              QUERY + ".site.yaml",
              QUERY + ".site.key",
              QUERY + ".site.compile",
              QUERY + ".site.plan")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.net.http..", "java.nio.file..", "io.javalin..", "picocli..", "org.slf4j..")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Clock");
}
