package com.voltageems.hissrv.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the dashboards and the alert rules ask Prometheus for. */
final class Expressions {
  private static final Pattern SELECTOR =
      Pattern.compile("\\b((?:hissrv|kafka|jvm|process)_[a-z0-9_]+|up)\\b(?:\\{([^}]*)})?");
  private static final Pattern MATCHER = Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)\\s*\"");
  private static final Pattern GROUPING = Pattern.compile("\\b(?:by|on) \\(([^)]*)\\)");

  private Expressions() {}

  /** The expressions of all panels, by their titles. */
  static Map<String, List<String>> ofPanels(Path dashboard) throws IOException {
    Map<String, List<String>> found = new LinkedHashMap<>();
    for (JsonNode panel : new ObjectMapper().readTree(dashboard.toFile()).path("panels")) {
      List<String> expressions = new ArrayList<>();
      panel.path("targets").forEach(target -> expressions.add(target.path("expr").asText()));
      if (!expressions.isEmpty()) {
        found.put(panel.path("title").asText(), expressions);
      }
    }
    return found;
  }

  /** The expressions of all alert rules, by their names. */
  static Map<String, String> ofRules(Path rules) throws IOException {
    Map<String, String> found = new LinkedHashMap<>();
    for (JsonNode group : new YAMLMapper().readTree(rules.toFile()).path("groups")) {
      for (JsonNode rule : group.path("rules")) {
        found.put(rule.path("alert").asText(), rule.path("expr").asText());
      }
    }
    return found;
  }

  /** The metrics of an expression, each with the labels that it must have. */
  static Map<String, Set<String>> metrics(String expression) {
    Map<String, Set<String>> found = new LinkedHashMap<>();
    Set<String> grouped = new TreeSet<>();
    Matcher grouping = GROUPING.matcher(expression);
    while (grouping.find()) {
      grouped.addAll(List.of(grouping.group(1).split(", ?", -1)));
    }
    Matcher selector = SELECTOR.matcher(expression);
    while (selector.find()) {
      Set<String> labels = found.computeIfAbsent(selector.group(1), name -> new TreeSet<>(grouped));
      String matchers = selector.group(2);
      Matcher matcher = MATCHER.matcher(matchers == null ? "" : matchers);
      while (matcher.find()) {
        labels.add(matcher.group(1));
      }
    }
    return found;
  }
}
