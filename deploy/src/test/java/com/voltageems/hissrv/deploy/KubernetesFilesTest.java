package com.voltageems.hissrv.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the resources for Kubernetes need of each other, and of the cluster that takes them. */
class KubernetesFilesTest {
  private static final Path BASE = Path.of("kubernetes/base");
  private static final Path CRON_JOBS = Path.of("../lua/cronjob.yaml");
  private static final YAMLMapper YAML = new YAMLMapper();

  /** A namespace with the pod security level "restricted" refuses any other pod. */
  @Test
  void pods_areWhatRestrictedAsksFor() throws IOException {
    List<JsonNode> pods = new ArrayList<>();
    for (JsonNode job : documents(CRON_JOBS)) {
      pods.add(job.at("/spec/jobTemplate/spec/template/spec"));
    }
    pods.add(only("Deployment", "query-service.yaml").at("/spec/template/spec"));
    assertThat(pods).hasSize(3);
    for (JsonNode pod : pods) {
      assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
      assertThat(pod.at("/securityContext/seccompProfile/type").asText())
          .isEqualTo("RuntimeDefault");
      assertThat(pod.path("containers")).isNotEmpty();
      for (JsonNode container : pod.path("containers")) {
        JsonNode context = container.path("securityContext");
        assertThat(context.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(context.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
      }
    }
  }

  /** The service refuses calls once it ends; the cluster goes on sending them for a moment. */
  @Test
  void service_answersForAMomentAfterItIsToldToEnd() throws IOException {
    JsonNode pod = only("Deployment", "query-service.yaml").at("/spec/template/spec");
    JsonNode command = pod.at("/containers/0/lifecycle/preStop/exec/command");
    assertThat(command.path(0).asText()).isEqualTo("sleep");
    assertThat(command.path(1).asInt()).isBetween(3, 15);
  }

  /** Strimzi's own policy closes the REST API to everything but its operator and the workers. */
  @Test
  void service_mayReachConnect() throws IOException {
    JsonNode policy = only("NetworkPolicy", "network-policy.yaml").path("spec");
    JsonNode connect = only("KafkaConnect", "connect.yaml");
    JsonNode service = only("Deployment", "query-service.yaml");

    assertThat(policy.at("/podSelector/matchLabels/strimzi.io~1cluster"))
        .isEqualTo(connect.at("/metadata/name"));
    assertThat(policy.at("/podSelector/matchLabels/strimzi.io~1kind"))
        .isEqualTo(connect.path("kind"));
    assertThat(policy.at("/ingress/0/from/0/podSelector/matchLabels"))
        .isEqualTo(service.at("/metadata/labels"));
    assertThat(policy.at("/ingress/0/ports/0/port").asInt())
        .isEqualTo(
            URI.create(
                    YAML.readTree(BASE.resolve("hissrv.yml").toFile()).at("/connect/url").asText())
                .getPort());
  }

  /** The jobs write the windows that the source reads: in the same Redis. */
  @Test
  void cronOverlay_asksTheRedisOfTheSource_andTellsTheService() throws IOException {
    List<String> patches = new ArrayList<>();
    for (JsonNode patch :
        YAML.readTree(Path.of("kubernetes/cron/kustomization.yaml").toFile()).path("patches")) {
      JsonNode change = YAML.readTree(patch.path("patch").asText()).get(0);
      patches.add(
          patch.at("/target/kind").asText() + change.path("path").asText() + change.path("value"));
    }
    JsonNode address = null;
    for (JsonNode variable :
        only("Deployment", "query-service.yaml").at("/spec/template/spec/containers/0/env")) {
      if (variable.path("name").asText().equals("REDIS_URI")) {
        address = variable.path("valueFrom");
      }
    }
    assertThat(patches)
        .contains(
            "CronJob/spec/jobTemplate/spec/template/spec/containers/0/env"
                + "[{\"name\":\"REDIS_URL\",\"valueFrom\":"
                + address
                + "}]")
        .contains(
            "Deployment/spec/template/spec/containers/0/env/-"
                + "{\"name\":\"AGGREGATION_ENABLED\",\"value\":\"false\"}");
    for (JsonNode job : documents(CRON_JOBS)) {
      assertThat(job.at("/spec/jobTemplate/spec/template/spec/containers")).hasSize(1);
    }
  }

  private static JsonNode only(String kind, String file) throws IOException {
    return documents(BASE.resolve(file)).stream()
        .filter(resource -> resource.path("kind").asText().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  private static List<JsonNode> documents(Path file) throws IOException {
    try (var resources =
        YAML.readerFor(JsonNode.class)
            .<JsonNode>readValues(new YAMLFactory().createParser(file.toFile()))) {
      return resources.readAll();
    }
  }
}
