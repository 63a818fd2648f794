package com.voltageems.hissrv.query.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page says the same in both languages, and only what it knows how to say. */
class PageTextTest {
  private static final Path JS = Path.of("src/main/web/js");
  private static final Pattern TEXT = Pattern.compile("'([a-z0-9.]+)': '((?:[^'\\\\]|\\\\.)*)'");
  private static final Pattern USED = Pattern.compile("\\bt\\('([a-z0-9.]+)'[,)]");
  private static final Pattern PART =
      Pattern.compile("public String name\\(\\) \\{\\s*return \"(\\w+)\";");
  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

  private static Map<String, String> texts(String file) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    Matcher matcher = TEXT.matcher(Files.readString(JS.resolve(file)));
    while (matcher.find()) {
      texts.put(matcher.group(1), matcher.group(2));
    }
    return texts;
  }

  private static Set<String> places(String text) {
    Set<String> places = new TreeSet<>();
    Matcher matcher = PLACE.matcher(text);
    while (matcher.find()) {
      places.add(matcher.group(1));
    }
    return places;
  }

  @Test
  void everyText_isInBothLanguages_withTheSamePlaces() throws IOException {
    Map<String, String> english = texts("text-en.js");
    Map<String, String> chinese = texts("text-zh.js");

    assertThat(english).hasSizeGreaterThan(100);
    assertThat(chinese.keySet()).isEqualTo(english.keySet());
    english.forEach(
        (key, text) -> assertThat(places(chinese.get(key))).as(key).isEqualTo(places(text)));
  }

  @Test
  void everyTextThatIsAskedFor_isThere() throws IOException {
    Set<String> used = new HashSet<>();
    try (var files = Files.list(JS)) {
      for (Path file : files.toList()) {
        Matcher matcher = USED.matcher(Files.readString(file));
        while (matcher.find()) {
          used.add(matcher.group(1));
        }
      }
    }
    assertThat(used).hasSizeGreaterThan(60);
    assertThat(texts("text-en.js").keySet()).containsAll(used);
  }

  /** A sentence that the service says otherwise now would stay English on a Chinese page. */
  @Test
  void everyKnownSentence_isSaidByTheService() throws IOException {
    StringBuilder sources = new StringBuilder();
    try (var files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
        sources.append(Files.readString(file));
      }
    }
    String said = sources.toString().replaceAll("\"\\s*\\+\\s*\"", "").replace("\\\"", "\"");
    String all = Files.readString(JS.resolve("words-zh.js"));
    String own = all.substring(0, all.indexOf("What others say"));
    Matcher form = Pattern.compile("\\n  \\['((?:[^'\\\\]|\\\\.)*)',").matcher(own);
    int count = 0;
    List<String> unknown = new ArrayList<>();
    while (form.find()) {
      count++;
      Pattern.compile("\\{\\w+}|: |; | for |(?<=\\)) ")
          .splitAsStream(form.group(1).replace("\\'", "'"))
          .map(String::strip)
          .filter(part -> !said.contains(part))
          .forEach(unknown::add);
    }
    assertThat(unknown).isEmpty();
    assertThat(count).isGreaterThan(70);
  }

  /** The head shows every part of the health. */
  @Test
  void everyPartOfTheHealth_hasAName() throws IOException {
    Set<String> parts = new TreeSet<>();
    try (var files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(one -> one.toString().endsWith("Probe.java")).toList()) {
        Matcher matcher = PART.matcher(Files.readString(file));
        while (matcher.find()) {
          parts.add("part." + matcher.group(1));
        }
      }
    }
    assertThat(parts).hasSizeGreaterThan(5);
    assertThat(texts("text-en.js").keySet()).containsAll(parts);
  }
}
