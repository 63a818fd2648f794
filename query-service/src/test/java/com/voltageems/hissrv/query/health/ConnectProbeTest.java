package com.voltageems.hissrv.query.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectProbeTest {
  private final List<String> trouble = new ArrayList<>();

  private Map<String, Object> describe(String json) throws IOException {
    JsonNode status = new ObjectMapper().readTree(json);
    return ConnectProbe.describe("sink", "s", status, trouble);
  }

  @Test
  void runningTasks_areNoTrouble() throws IOException {
    assertThat(
            describe(
                """
                {"connector":{"state":"RUNNING","worker_id":"w:1"},
                 "tasks":[{"id":0,"state":"RUNNING","worker_id":"w:1"}]}"""))
        .isEqualTo(
            Map.of(
                "name", "s",
                "role", "sink",
                "state", "RUNNING",
                "tasks", List.of(Map.of("id", 0, "state", "RUNNING", "worker", "w:1"))));
    assertThat(trouble).isEmpty();
  }

  @Test
  void failedTask_saysWhyWithoutSecrets() throws IOException {
    Map<String, Object> shown =
        describe(
            """
            {"connector":{"state":"RUNNING","worker_id":"w:1"},
             "tasks":[{"id":0,"state":"RUNNING","worker_id":"w:1"},
              {"id":1,"state":"FAILED","worker_id":"w:1",
               "trace":"ConnectException: influxdb.token=abc refused\\n at x"}]}""");

    assertThat(trouble)
        .containsExactly("s task 1 is FAILED: ConnectException: influxdb.token=*** refused");
    assertThat(shown.toString()).doesNotContain("abc");
  }

  @Test
  void pausedOrWithoutTasks_isTrouble() throws IOException {
    describe("{\"connector\":{\"state\":\"PAUSED\"},\"tasks\":[]}");
    describe("{\"connector\":{\"state\":\"RUNNING\"},\"tasks\":[]}");
    describe("{}");

    assertThat(trouble).containsExactly("s is PAUSED", "s has no task", "s is UNKNOWN");
  }
}
