package com.voltageems.hissrv.influx.sink;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
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
              "java.nio", // ByteBuffer, as Connect has bytes
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
              "com.voltageems.hissrv.influx.delivery",
              "com.voltageems.hissrv.influx.questdb")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.slf4j..", "okhttp3..", "retrofit2..", "com.influxdb..", "java.net..")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime");

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
