package com.voltageems.hissrv.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written in several places says the same in all of them, and links lead somewhere. */
class DeploymentFilesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern TRIED =
      Pattern.compile("<!-- tried -->\\n```sh\\n.*?```", Pattern.DOTALL);
  private static final Pattern METRIC = Pattern.compile("\"(hissrv_[a-z_]+[a-z])");

  /** What begins as metrics do, and is none. */
  private static final Set<String> NAMES_IN_THE_DATABASE =
      Set.of("hissrv_raw_probe", "hissrv_window");

  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");

  @Test
  void composeServices_waitForServicesThatAreThere() throws IOException {
    JsonNode services =
        new YAMLMapper().readTree(Path.of("compose/compose.yaml").toFile()).path("services");

    services
        .properties()
        .forEach(
            service -> {
              JsonNode others = service.getValue().path("depends_on");
              others.fieldNames().forEachRemaining(name -> assertThat(services.has(name)).isTrue());
              others
                  .elements()
                  .forEachRemaining(name -> assertThat(knows(services, name)).isTrue());
            });
    assertThat(services.at("/apply/depends_on").size()).isPositive();
  }

  /** A list has names where a map has conditions. */
  private static boolean knows(JsonNode services, JsonNode name) {
    return !name.isTextual() || services.has(name.asText());
  }

  @Test
  void links_leadToAFileThatIsThere() throws IOException {
    for (String folder : List.of("docs/operate", "deploy")) {
      try (Stream<Path> pages = Files.walk(ROOT.resolve(folder), 1)) {
        List<Path> found = pages.filter(page -> page.toString().endsWith(".md")).toList();
        assertThat(found).isNotEmpty();
        for (Path page : found) {
          Matcher link = LINK.matcher(Files.readString(page));
          while (link.find()) {
            assertThat(page.resolveSibling(link.group(1)))
                .as("%s: %s", page, link.group())
                .exists();
          }
        }
      }
    }
  }

  /** An alert at night names a row of the page that says what to do; in both languages. */
  @Test
  void alerts_standOnThePagesAboutWatching() throws IOException {
    Set<String> alerts = Expressions.ofRules(Path.of("monitoring/rules.yml")).keySet();
    assertThat(alerts).hasSizeGreaterThan(20);
    for (String page : List.of("watch.md", "watch.zh-CN.md")) {
      assertThat(Files.readString(ROOT.resolve("docs/operate").resolve(page)))
          .as(page)
          .contains(alerts);
    }
  }

  @Test
  void metricsOfTheService_standOnThePageAboutWatching() throws IOException {
    Set<String> metrics = new TreeSet<>();
    try (Stream<Path> sources = Files.walk(ROOT.resolve("query-service/src/main/java"))) {
      for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
        Matcher metric = METRIC.matcher(Files.readString(source));
        while (metric.find()) {
          metrics.add(metric.group(1).replaceAll("_(sum|count)$", ""));
        }
      }
    }
    metrics.removeAll(NAMES_IN_THE_DATABASE);
    assertThat(metrics).hasSizeGreaterThan(20);
    assertThat(Files.readString(ROOT.resolve("docs/operate/watch.md"))).contains(metrics);
  }

  /** What {@code OperatePagesIT} runs from an English page stands in the Chinese one, too. */
  @Test
  void commandsOfTheChinesePages_areThoseThatAreTried() throws IOException {
    Path folder = ROOT.resolve("docs/operate");
    try (Stream<Path> pages = Files.list(folder)) {
      List<Path> chinese =
          pages.filter(page -> page.getFileName().toString().endsWith(".zh-CN.md")).toList();
      assertThat(chinese).hasSizeGreaterThan(2);
      for (Path page : chinese) {
        Path english = folder.resolve(page.getFileName().toString().replace(".zh-CN.md", ".md"));
        assertThat(tried(page)).as(page.toString()).isEqualTo(tried(english));
      }
    }
  }

  private static List<String> tried(Path page) throws IOException {
    return TRIED.matcher(Files.readString(page)).results().map(MatchResult::group).toList();
  }

  /**
   * As systemd reads the file for the units: what its generator for environment.d makes of these
   * lines (252), but for the dollar signs, which EnvironmentFile leaves alone.
   */
  @Test
  void variablesOfTheCommand_areThoseOfTheUnits(@TempDir Path dir) throws Exception {
    Path variables = dir.resolve("hissrv.env");
    Files.writeString(
        variables,
        """
        # a comment, \\
        TOKEN=not this
        DOLLAR=pa$$w0rd$HOME`id`==
        SHELL=a b;c&d|e(f)<g>#h\r
        QUOTED="a \\"b\\" \\x $c"
        SINGLE='a "b" $c \\'
        LATER=it's  \s
        BACK=a\\b\\\\c
        LONG=one\\
        two
        EMPTY=
        NAME=现场
        no variable
        """);
    String output = run(dir, variables, "C.UTF-8", "plan", "a b.yml");

    assertThat(output.lines())
        .contains(
            "DOLLAR=pa$$w0rd$HOME`id`==",
            "SHELL=a b;c&d|e(f)<g>#h",
            "QUOTED=a \"b\" \\x $c",
            "SINGLE=a \"b\" $c \\",
            "LATER=it's",
            "BACK=ab\\c",
            "LONG=onetwo",
            "EMPTY=",
            "NAME=现场",
            "arguments -Xmx128m -jar /opt/hissrv/query-service.jar plan a b.yml")
        .doesNotContain("TOKEN=not this");
  }

  /**
   * What the end of the file cuts off was left out without a word; systemd's generator takes it.
   */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {"A=x\\, A=x", "A=x\\#, A=x", "A=\"x y, A=x y", "A='x y, A=x y", "A=\"x\\, A=x"})
  void variableThatTheEndCutsOff_isThatOfTheUnits(String file, String taken, @TempDir Path dir)
      throws Exception {
    Path variables = Files.writeString(dir.resolve("hissrv.env"), file.replace('#', '\n'));

    assertThat(run(dir, variables, "C.UTF-8").lines())
        .filteredOn(line -> line.startsWith("A="))
        .containsExactly(taken);
  }

  /** The locale of the terminal stays, but where Java would misread the variables. */
  @ParameterizedTest
  @CsvSource({
    "ANSI_X3.4-1968, plain, C.UTF-8",
    "GB18030, plain, zh_CN",
    "GB18030, 现场, C.UTF-8",
    "UTF-8, 现场, zh_CN"
  })
  void localeOfTheCommand_isOneThatKeepsLetters(
      String charmap, String value, String locale, @TempDir Path dir) throws Exception {
    Path variables = Files.writeString(dir.resolve("hissrv.env"), "NAME=" + value + "\n");
    program(dir, "locale", "echo " + charmap);

    assertThat(run(dir, variables, "zh_CN").lines()).contains("NAME=" + value, "LC_ALL=" + locale);
  }

  /** Returns the environment and the arguments that the command gives to Java. */
  private static String run(Path dir, Path variables, String locale, String... arguments)
      throws IOException, InterruptedException {
    Path script = dir.resolve("hissrv");
    Files.writeString(
        script,
        Files.readString(Path.of("systemd/hissrv.sh"))
            .replace("/etc/hissrv/hissrv.env", variables.toString()));
    program(dir, "java", "env; echo \"arguments $*\"");
    List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().merge("PATH", dir + ":", (path, first) -> first + path);
    builder.environment().put("LC_ALL", locale);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static void program(Path dir, String name, String does) throws IOException {
    Path program = Files.writeString(dir.resolve(name), "#!/bin/sh\n" + does + "\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }
}
