package com.voltageems.hissrv.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.connector.Connector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Tests of the behaviour that both plugins share: how they check a configuration, which metrics
 * they show, what they leave behind. Runs with a server of the plugin's kind.
 */
public abstract class ConnectorContract {
  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

  /** Settings that Connect itself knows, and others that may be present. */
  private static final List<String> CONNECTS_OWN =
      List.of(
          "name",
          "connector.class",
          "tasks.max",
          "tasks.max.enforce",
          "topics",
          "topics.regex",
          "key.converter",
          "value.converter",
          "value.converter.schemas.enable",
          "header.converter",
          "header.converter.encoding",
          "transforms",
          "transforms.route.type",
          "transforms.route.topic.format",
          "predicates",
          "predicates.p.type",
          "errors.tolerance",
          "errors.retry.timeout",
          "errors.deadletterqueue.topic.name",
          "topic.creation.groups",
          "topic.creation.default.partitions",
          "consumer.override.max.poll.records",
          "producer.override.linger.ms",
          "admin.override.client.id",
          "exactly.once.support",
          "transaction.boundary",
          "offsets.storage.topic",
          "config.action.reload",
          // Notes of users.
          "comment",
          "owner");

  /** Returns the plugin's name in the names of its MBeans. */
  protected abstract String type();

  protected abstract Connector connector();

  /** Returns a submission without mistakes; its server answers. */
  protected abstract Map<String, String> sound();

  /**
   * Returns the settings for the README; {@link #titles} returns their groups in order, with
   * titles.
   */
  protected abstract ConfigDef settings();

  protected abstract Map<String, String> titles();

  /** Returns the settings in which {@code ${…}} has a meaning of our own. */
  protected abstract Set<String> templates();

  /** Returns misspelt settings, each with the one that was meant. */
  protected abstract Map<String, String> misspelt();

  /** Returns settings that are wrong, each on its own. */
  protected abstract Map<String, String> wrong();

  /**
   * Returns settings with the text S3CRET where a user might put a secret; the plugin must refuse
   * each.
   */
  protected abstract Map<String, String> secrets();

  /** Returns a started task, initialized with a worker that has these plugin metrics. */
  protected abstract RunningTask start(
      Map<String, String> config, @Nullable PluginMetrics pluginMetrics);

  /** Returns the server's port. */
  protected abstract int port();

  /** A started task. */
  protected interface RunningTask {
    /** Makes the task talk to its server once. */
    void work();

    void stop();
  }

  protected final Map<String, List<String>> errors(Map<String, String> config) {
    Map<String, List<String>> errors = new TreeMap<>();
    for (ConfigValue value : connector().validate(config).configValues()) {
      if (!value.errorMessages().isEmpty()) {
        errors.put(value.name(), value.errorMessages());
      }
    }
    return errors;
  }

  private Map<String, String> with(Map<String, String> more) {
    Map<String, String> config = new HashMap<>(sound());
    config.putAll(more);
    return config;
  }

  @Test
  void soundSubmission_hasNoErrors() {
    assertThat(errors(sound())).isEmpty();
  }

  // field cases S23, R10
  @Test
  void unknownSetting_isRefusedWithTheNearestName() {
    Map<String, List<String>> expected = new TreeMap<>();
    misspelt()
        .forEach(
            (name, meant) ->
                expected.put(
                    name, List.of("unknown setting " + name + "; did you mean " + meant + "?")));
    Map<String, String> config = sound();
    Map<String, String> more = new HashMap<>();
    misspelt().keySet().forEach(name -> more.put(name, "1"));
    more.putAll(config);
    assertThat(errors(more)).isEqualTo(expected);
  }

  @Test
  void settingsOfConnect_pass() {
    Map<String, String> more = new HashMap<>();
    CONNECTS_OWN.forEach(name -> more.put(name, "1"));
    assertThat(errors(with(more))).isEmpty();
  }

  @Test
  void everyMistake_isToldAtOnceOnItsKey() {
    Map<String, String> more = new HashMap<>(wrong());
    misspelt().keySet().forEach(name -> more.put(name, "1"));
    Set<String> expected = new TreeSet<>(more.keySet());
    Map<String, List<String>> errors = errors(with(more));
    assertThat(errors.keySet()).isEqualTo(expected);
    errors.forEach(
        (name, messages) ->
            assertThat(messages).allSatisfy(message -> assertThat(message).contains(name)));
  }

  @Test
  void placeholderThatIsLeft_isRefusedInEverySetting() {
    for (String name : connector().config().names()) {
      if (templates().contains(name)) {
        continue;
      }
      List<String> messages = errors(with(Map.of(name, "x${env:S3CRET}"))).get(name);
      assertThat(messages)
          .as(name)
          .singleElement()
          .asString()
          .startsWith(name + " still holds a placeholder ${...} that the worker has not replaced")
          .contains("that the provider does not have, or may not read")
          .doesNotContain("S3CRET");
    }
  }

  @Test
  // JSON has null, and Connect passes it on.
  @SuppressWarnings("NullAway")
  void settingThatIsNull_isAsIfItWereNotThere() {
    Map<String, String> config = with(Map.of());
    for (String name : connector().config().names()) {
      config.putIfAbsent(name, null);
    }
    misspelt().keySet().forEach(name -> config.put(name, null));
    assertThat(errors(config)).isEmpty();
    Connector connector = connector();
    connector.start(config);
    assertThat(connector.taskConfigs(1).get(0)).doesNotContainValue(null);
    connector.stop();
  }

  // field case O5
  @Test
  void secret_isNotRepeated() {
    secrets()
        .forEach(
            (name, value) -> {
              assertThat(value).contains("S3CRET");
              for (ConfigValue each :
                  connector().validate(with(Map.of(name, value))).configValues()) {
                assertThat(each.toString()).as(name).doesNotContain("S3CRET");
                if (each.name().equals(name)) {
                  assertThat(each.errorMessages()).as(name).isNotEmpty();
                }
              }
            });
    for (ConfigDef.ConfigKey key : connector().config().configKeys().values()) {
      if (key.name.matches(".*(password|token|secret).*")) {
        assertThat(key.type).as(key.name).isEqualTo(ConfigDef.Type.PASSWORD);
      }
    }
  }

  private List<ObjectName> beans(String connector) throws JMException {
    return SERVER
        .queryNames(
            new ObjectName(
                "com.voltageems.hissrv:type=" + type() + ",connector=" + connector + ",*"),
            null)
        .stream()
        .sorted()
        .toList();
  }

  private RunningTask task(String name, @Nullable PluginMetrics metrics) {
    return start(with(Map.of("name", name)), metrics);
  }

  // field case S22
  @Test
  void metrics_belongToTheirTask() throws JMException {
    RunningTask older = task("twice", null);
    List<ObjectName> names = beans("twice");
    assertThat(names).isNotEmpty();
    RunningTask newer = task("twice", null);
    older.stop();
    assertThat(beans("twice")).isEqualTo(names);
    newer.stop();
    assertThat(beans("twice")).isEmpty();
  }

  // field case O6
  @Test
  void metrics_areTheSameInBothPlacesAndNamedAsConnectsOwn() throws JMException, IOException {
    RecordedMetrics plugin = new RecordedMetrics(false);
    RunningTask task = task("hissrv-x_1.a b", plugin);
    try {
      Set<String> shown = new TreeSet<>();
      for (ObjectName bean : beans("hissrv-x_1.a b")) {
        Map<String, String> tags = new TreeMap<>(bean.getKeyPropertyList());
        assertThat(tags).containsEntry("task", "0");
        tags.keySet().removeAll(Set.of("type", "connector", "task"));
        for (MBeanAttributeInfo attribute : SERVER.getMBeanInfo(bean).getAttributes()) {
          assertThat(attribute.getName()).matches("[a-z]+(-[a-z0-9]+)*");
          assertThat(SERVER.getAttribute(bean, attribute.getName()))
              .isInstanceOfAny(Long.class, String.class);
          shown.add(attribute.getName() + tags);
        }
      }
      assertThat(plugin.values().keySet()).isEqualTo(shown).isNotEmpty();
      String readme = Files.readString(Path.of("README.md"));
      for (String metric : shown) {
        String name = metric.substring(0, metric.indexOf('{'));
        assertThat(readme)
            .as("README names " + name)
            .containsAnyOf("`" + name + "`", "`" + name.replaceFirst("^rejected-", "") + "`");
      }
    } finally {
      task.stop();
    }
  }

  @Test
  void connectorsName_isQuotedOnlyWhereItHasTo() throws JMException {
    RunningTask task = task("a,b=\"c\"", null);
    try {
      assertThat(beans(ObjectName.quote("a,b=\"c\""))).isNotEmpty();
    } finally {
      task.stop();
    }
  }

  @Test
  void workerThatTakesNoMetricsAnyMore_doesNotFailTheTask() throws JMException {
    RunningTask task = task("given-up", new RecordedMetrics(true));
    assertThat(beans("given-up")).isNotEmpty();
    task.stop();
    assertThat(beans("given-up")).isEmpty();
  }

  @Test
  void stoppedTask_leavesNoThreadAndNoConnection() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    for (int round = 0; round < 5; round++) {
      RunningTask task = task("leaves-nothing", null);
      task.work();
      assertThat(Connections.to(port())).isPositive();
      task.stop();
    }
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              assertThat(
                      Thread.getAllStackTraces().keySet().stream()
                          .filter(thread -> !before.contains(thread) && thread.isAlive())
                          .map(Thread::getName)
                          .filter(name -> name.contains("leaves-nothing")))
                  .isEmpty();
              assertThat(Connections.to(port())).isZero();
            });
  }

  @Test
  void readme_listsTheSettings() {
    Docs.inStep(
        Path.of("README.md"),
        "<!-- settings: generated by ConnectorContract -->\n",
        "<!-- end of settings -->\n",
        SettingsTable.markdown(settings(), titles()));
  }
}
