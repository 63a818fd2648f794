package com.voltageems.hissrv.influx.sink;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.voltageems.hissrv.influx.http.ConnectionCheck;
import com.voltageems.hissrv.influx.lane.Time;
import com.voltageems.hissrv.influx.show.ShowLines;
import java.time.Instant;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.sink.SinkTask;

/** The three rings: pure core, running object, edges. */
@AnalyzeClasses(
    packages = "com.voltageems.hissrv.influx",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String POINT = "com.voltageems.hissrv.influx.point";
  private static final String MAPPING = "com.voltageems.hissrv.influx.mapping";

  @ArchTest
  static final ArchRule recordsAndPointsArePure =
      classes()
          .that()
          .resideInAnyPackage(POINT, MAPPING)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              POINT,
              MAPPING,
              "java.lang..",
              "java.math..",
              "java.nio..", // ByteBuffer, as Connect has bytes
              "java.time..",
              "java.util..",
              "org.jspecify..",
              "org.apache.kafka.connect.data",
              "org.apache.kafka.connect.header",
              "org.apache.kafka.connect.sink");

  @ArchTest
  static final ArchRule pointsKnowNoRecords =
      noClasses()
          .that()
          .resideInAPackage(POINT)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(MAPPING, "org.apache.kafka..");

  @ArchTest
  static final ArchRule pointsKnowNoClock =
      noClasses()
          .that()
          .resideInAnyPackage(POINT, MAPPING)
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Clock")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime");

  @ArchTest
  static final ArchRule decisionsArePure =
      noClasses()
          .that()
          .resideInAnyPackage(
              "com.voltageems.hissrv.influx.answer",
              "com.voltageems.hissrv.influx.batch",
              "com.voltageems.hissrv.influx.culprit",
              "com.voltageems.hissrv.influx.delivery",
              "com.voltageems.hissrv.influx.questdb")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.slf4j..", "okhttp3..", "retrofit2..", "com.influxdb..", "java.net..");

  @ArchTest
  static final ArchRule everyPackageHasItsPlace =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("point")
          .definedBy(POINT)
          .layer("mapping")
          .definedBy(MAPPING)
          .layer("answer")
          .definedBy("com.voltageems.hissrv.influx.answer")
          .layer("batch")
          .definedBy("com.voltageems.hissrv.influx.batch")
          .layer("culprit")
          .definedBy("com.voltageems.hissrv.influx.culprit")
          .layer("delivery")
          .definedBy("com.voltageems.hissrv.influx.delivery")
          .layer("questdb")
          .definedBy("com.voltageems.hissrv.influx.questdb")
          .layer("config")
          .definedBy("com.voltageems.hissrv.influx.config")
          .layer("metrics")
          .definedBy("com.voltageems.hissrv.influx.metrics")
          .layer("http")
          .definedBy("com.voltageems.hissrv.influx.http")
          .layer("lane")
          .definedBy("com.voltageems.hissrv.influx.lane")
          .layer("show")
          .definedBy("com.voltageems.hissrv.influx.show")
          .layer("sink")
          .definedBy("com.voltageems.hissrv.influx.sink")
          .whereLayer("mapping")
          .mayOnlyAccessLayers("point")
          .whereLayer("answer")
          .mayOnlyAccessLayers("point")
          .whereLayer("batch")
          .mayOnlyAccessLayers("point")
          .whereLayer("culprit")
          .mayOnlyAccessLayers("point", "answer", "batch")
          .whereLayer("delivery")
          .mayOnlyAccessLayers("point", "answer", "batch", "culprit")
          .whereLayer("questdb")
          .mayOnlyAccessLayers("point", "answer", "delivery")
          .whereLayer("config")
          .mayOnlyAccessLayers("point", "mapping", "answer", "batch", "delivery", "questdb")
          .whereLayer("metrics")
          .mayOnlyAccessLayers("batch")
          .whereLayer("http")
          .mayOnlyAccessLayers("point", "answer", "batch", "delivery", "questdb", "config")
          .whereLayer("lane")
          .mayOnlyAccessLayers("point", "batch", "delivery", "config", "metrics")
          .whereLayer("show")
          .mayOnlyAccessLayers("point", "mapping", "config")
          .whereLayer("sink")
          .mayNotBeAccessedByAnyLayer();

  /** Time comes in as an argument; only the edges and a check at submission read clocks. */
  @ArchTest
  static final ArchRule timeComesIn =
      noClasses()
          .that()
          .doNotBelongToAnyOf(
              Time.class, ShowLines.class, ConnectionCheck.class, InfluxSinkConnector.class)
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(Instant.class, "now");

  @ArchTest
  static final ArchRule onlyOnePackageKnowsHttp =
      noClasses()
          .that()
          .resideOutsideOfPackage("com.voltageems.hissrv.influx.http")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("okhttp3..", "okio..", "retrofit2..", "com.influxdb..");

  @ArchTest
  static final ArchRule onlyConnectorAndTaskArePublic =
      classes()
          .that()
          .resideInAPackage("com.voltageems.hissrv.influx.sink")
          .and()
          .arePublic()
          .and()
          .areTopLevelClasses()
          .should()
          .beAssignableTo(SinkConnector.class)
          .orShould()
          .beAssignableTo(SinkTask.class);
}
