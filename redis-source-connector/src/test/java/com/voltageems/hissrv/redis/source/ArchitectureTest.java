package com.voltageems.hissrv.redis.source;

import com.voltageems.hissrv.redis.source.sample.ArchiveKey;
import com.voltageems.hissrv.redis.source.link.Backoff;
import com.voltageems.hissrv.redis.source.sample.BoundedRegex;
import com.voltageems.hissrv.redis.source.bytes.Bytes;
import com.voltageems.hissrv.redis.source.sample.Damping;
import com.voltageems.hissrv.redis.source.sample.FieldNames;
import com.voltageems.hissrv.redis.source.hash.HashState;
import com.voltageems.hissrv.redis.source.jedis.JedisConfigs;
import com.voltageems.hissrv.redis.source.jedis.JedisLink;
import com.voltageems.hissrv.redis.source.jedis.JedisNodes;
import com.voltageems.hissrv.redis.source.sample.KeyMapper;
import com.voltageems.hissrv.redis.source.sample.NonFinite;
import com.voltageems.hissrv.redis.source.sample.PendingElement;
import com.voltageems.hissrv.redis.source.pubsub.PubSubMessage;
import com.voltageems.hissrv.redis.source.link.RedisLink;
import com.voltageems.hissrv.redis.source.link.RedisSettings;
import com.voltageems.hissrv.redis.source.config.RedisSourceConfig;
import com.voltageems.hissrv.redis.source.sample.Sample;
import com.voltageems.hissrv.redis.source.sample.SampleBuilder;
import com.voltageems.hissrv.redis.source.sample.SampleFilter;
import com.voltageems.hissrv.redis.source.sample.Series;
import com.voltageems.hissrv.redis.source.reader.Slices;
import com.voltageems.hissrv.redis.source.jedis.Subscription;
import com.voltageems.hissrv.redis.source.sample.ValueText;
import com.voltageems.hissrv.redis.source.config.WindowLength;

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
