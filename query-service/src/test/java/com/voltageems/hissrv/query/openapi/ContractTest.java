package com.voltageems.hissrv.query.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The check of answers finds what is not as the document says. */
class ContractTest {
  private static final String PROBLEM =
      "{\"type\":\"tag:x\",\"title\":\"t\",\"status\":404,\"detail\":\"d\","
          + "\"error\":\"not_found\",\"message\":\"m\"}";

  private final Contract contract = new Contract();

  @Test
  void answerAsTheDocumentSays_passes() {
    assertThat(
            contract.mistake(
                "GET", "/fields", 200, "application/json", "{\"measurement\":\"m\",\"fields\":[]}"))
        .isEmpty();
    assertThat(contract.mistake("HEAD", "/fields", 200, "application/json", "")).isEmpty();
    assertThat(contract.mistake("GET", "/fields", 404, "application/problem+json", PROBLEM))
        .isEmpty();
    assertThat(contract.mistake("GET", "/nothing", 404, "application/problem+json", PROBLEM))
        .isEmpty();
    assertThat(contract.mistake("GET", "/app.js", 200, "text/javascript", "")).isEmpty();
    assertThat(contract.mistake("DELETE", "/mappings/a%20b", 204, "", "")).isEmpty();
  }

  @Test
  void everythingElse_isAMistake() {
    String fields = "{\"measurement\":\"m\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}";
    assertThat(contract.mistake("GET", "/fields", 200, "application/json", fields)).isPresent();
    assertThat(contract.mistake("GET", "/fields", 200, "application/json", "{}")).isPresent();
    assertThat(contract.mistake("GET", "/fields", 200, "application/json", "no")).isPresent();
    assertThat(
            contract.mistake(
                "GET",
                "/fields",
                200,
                "application/json",
                "{\"measurement\":\"m\",\"fields\":[],\"more\":1}"))
        .isPresent();
    assertThat(contract.mistake("GET", "/fields", 200, "text/plain", "")).isPresent();
    assertThat(contract.mistake("GET", "/fields", 418, "application/json", "{}")).isPresent();
    assertThat(contract.mistake("GET", "/nothing", 200, "application/json", "{}")).isPresent();
    assertThat(contract.mistake("GET", "/fields", 404, "application/json", PROBLEM)).isPresent();
    assertThat(
            contract.mistake(
                "GET",
                "/fields",
                404,
                "application/problem+json",
                PROBLEM.replace("not_found", "lost")))
        .isPresent();
  }
}
