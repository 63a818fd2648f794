package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.alert.AlertRule;
import com.voltageems.hissrv.query.alert.Condition;
import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.key.View;
import com.voltageems.hissrv.query.site.yaml.Problem;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Compiles the section {@code alerts}. */
final class AlertCompiler {
  private final Function<Given, String> secret;
  private final List<Problem> problems;
  private final List<Problem> notes;
  private final List<String> sources;

  /**
   * @param secret returns the text of a secret
   * @param sources the names of the sources that the file reads
   */
  AlertCompiler(
      Function<Given, String> secret,
      List<String> sources,
      List<Problem> problems,
      List<Problem> notes) {
    this.secret = secret;
    this.sources = List.copyOf(sources);
    this.problems = problems;
    this.notes = notes;
  }

  List<AlertRule> compile(View site) {
    List<AlertRule> rules = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (View alert : site.views("alerts")) {
      if (!names.add(alert.text("name"))) {
        alert
            .given("name")
            .ifPresent(
                given ->
                    problems.add(
                        Origin.of(given).problem(given.text() + " is the name of two alerts")));
        continue;
      }
      condition(alert).ifPresent(condition -> rules.add(rule(alert, condition)));
    }
    if (!rules.isEmpty() && !site.view("kafka").has("bootstrap_servers")) {
      notes.add(
          Origin.of(site.views("alerts").get(0))
              .problem(
                  "without kafka.bootstrap_servers a service forgets at its end what it told, and"
                      + " of several services each tells"));
    }
    return rules;
  }

  private Optional<Condition> condition(View alert) {
    Optional<Given> given = alert.given("condition");
    try {
      Optional<Condition> condition = given.map(text -> Condition.parse(text.text()));
      condition
          .filter(one -> one.isOfSource() && !sources.contains(one.argument()))
          .ifPresent(one -> unread(alert, one));
      return condition;
    } catch (IllegalArgumentException e) {
      given.ifPresent(
          text ->
              problems.add(Origin.of(text).problem("\"" + text.text() + "\": " + e.getMessage())));
      return Optional.empty();
    }
  }

  /** Only a note: the connector may be somebody else's. */
  private void unread(View alert, Condition condition) {
    alert
        .given("condition")
        .ifPresent(
            given ->
                notes.add(
                    Origin.of(given)
                        .problem(
                            "\"%s\": this file reads no source %s; it reads %s"
                                .formatted(
                                    given.text(),
                                    condition.argument(),
                                    String.join(", ", sources)))));
  }

  private AlertRule rule(View alert, Condition condition) {
    return new AlertRule(
        alert.text("name"),
        condition,
        Condition.length(alert.text("for")),
        AlertRule.Level.of(alert.text("level")),
        AlertRule.Language.of(alert.text("language")),
        AlertRule.Body.of(alert.text("body")),
        URI.create(alert.text("url")),
        alert.given("authorization").map(secret).orElse(""),
        secret(alert));
  }

  private String secret(View alert) {
    String body = alert.text("body");
    if (!AlertRule.Body.of(body).signs()) {
      alert
          .given("secret")
          .ifPresent(
              given ->
                  problems.add(
                      Origin.of(given)
                          .problem(
                              "has no effect with body: "
                                  + body
                                  + "; only dingtalk and feishu are signed")));
    }
    return alert.given("secret").map(secret).orElse("");
  }
}
