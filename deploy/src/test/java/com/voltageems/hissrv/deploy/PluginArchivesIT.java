package com.voltageems.hissrv.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.voltageems.hissrv.quickstart.Installation;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugin archives are complete, and bring no jar too many. */
class PluginArchivesIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Jars by the names of their artifacts. */
  private static final Pattern JAR = Pattern.compile("(.+?)-\\d[^/]*\\.jar");

  /** What Connect never loads from a plugin, and annotations, which nobody loads at all. */
  private static final Set<String> NOT_SHIPPED =
      Set.of(
          "slf4j-api",
          "connect-api",
          "kafka-clients",
          "jspecify",
          "jsr305",
          "error_prone_annotations",
          "annotations");

  @Nested
  class Source extends Contract {
    Source() {
      super(Installation.find().sourceArchive(), "redis-source-connector", "redis-source.json");
    }

    @Override
    Set<String> missing() {
      return Set.of();
    }
  }

  @Nested
  class Sink extends Contract {
    Sink() {
      super(Installation.find().sinkArchive(), "influx-sink-connector", "influx-sink.json");
    }

    @Override
    Set<String> missing() {
      // The client parses CSV only in answers to queries, Retrofit has suspending calls for Kotlin;
      // the others are Android's and other TLS libraries', for which OkHttp looks.
      return Set.of(
          "android.net.http",
          "android.net.ssl",
          "android.os",
          "android.security",
          "android.util",
          "kotlinx.coroutines",
          "org.apache.commons.csv",
          "org.bouncycastle.jsse",
          "org.bouncycastle.jsse.provider",
          "org.conscrypt",
          "org.openjsse.javax.net.ssl",
          "org.openjsse.net.ssl");
    }
  }

  abstract static class Contract {
    private final Path archive;
    private final String name;
    private final String config;
    @TempDir Path dir;

    Contract(Path archive, String name, String config) {
      this.archive = archive;
      this.name = name;
      this.config = config;
    }

    /** Packages that classes in reach of the plugin name, and that it never needs. */
    abstract Set<String> missing();

    @Test
    void layout_isThatOfConfluentHub() throws IOException {
      Set<String> files = new TreeSet<>(relative(unpacked()));

      assertThat(files)
          .contains(
              "manifest.json",
              "assets/logo.png",
              "assets/logo.svg",
              "doc/LICENSE",
              "doc/README.md",
              "doc/RATIONALE.md",
              "doc/THIRD-PARTY.txt",
              "etc/" + config,
              "etc/README.md");
      assertThat(files).anyMatch(file -> file.matches("doc/" + name + "-.*-cyclonedx\\.json"));
      assertThat(files).anyMatch(file -> file.matches("lib/" + name + "-.*\\.jar"));
    }

    @Test
    void manifest_isCompleteAndNamesWhatIsThere() throws IOException {
      Path root = unpacked();
      JsonNode manifest = JSON.readTree(root.resolve("manifest.json").toFile());

      assertThat(manifest.toString()).doesNotContain("${");
      assertThat(root.getFileName().toString())
          .isEqualTo(
              manifest.at("/owner/username").asText()
                  + "-"
                  + manifest.path("name").asText()
                  + "-"
                  + manifest.path("version").asText());
      assertThat(
              Stream.of(
                  "/title",
                  "/description",
                  "/owner/name",
                  "/support/summary",
                  "/component_types/0",
                  "/tags/0",
                  "/requirements/0",
                  "/features/delivery_guarantee/0",
                  "/license/0/name"))
          .allSatisfy(field -> assertThat(manifest.at(field).asText()).as(field).isNotBlank());
      assertThat(root.resolve(manifest.path("logo").asText())).isRegularFile();
      assertThat(manifest.path("release_date").asText()).matches("\\d{4}-\\d\\d-\\d\\d");
    }

    @Test
    void shippedJars_areListedWithALicenceWhoseTextIsThere() throws IOException {
      Path root = unpacked();
      String list = Files.readString(root.resolve("doc/THIRD-PARTY.txt"));

      for (String jar : foreignJars(root)) {
        Matcher line =
            Pattern.compile("(?m)^ *(\\(.+?\\)) .*\\([^():]+:" + Pattern.quote(jar) + ":[^)]*\\)$")
                .matcher(list);
        assertThat(line.find()).as("%s in %s", jar, list).isTrue();
        String licence = line.group(1).replaceAll("[()]", "");
        Path text = root.resolve("doc/licenses/" + licence + ".txt");
        assertThat(text).isRegularFile();
        if (licence.startsWith("MIT")) {
          assertThat(Files.readString(text)).as("whose work it is").contains(jar);
        }
      }
    }

    @Test
    void billOfMaterials_listsEveryForeignJar() throws IOException {
      Path root = unpacked();
      Path file;
      try (Stream<Path> files = Files.list(root.resolve("doc"))) {
        file = files.filter(path -> path.toString().endsWith("-cyclonedx.json")).findFirst().get();
      }
      Set<String> listed = new TreeSet<>();
      JSON.readTree(file.toFile())
          .path("components")
          .forEach(component -> listed.add(component.path("name").asText()));

      assertThat(listed).containsAll(foreignJars(root));
    }

    @Test
    void lib_hasNoJarThatTheWorkerHasOrNothingNeeds() throws IOException {
      Path root = unpacked();
      // The Lua script is a jar without classes.
      Set<String> reached = new TreeSet<>(Set.of(name, "hissrv-lua"));
      Matcher target = Pattern.compile("-> +(\\S+\\.jar)").matcher(jdeps(root, "-summary"));
      while (target.find()) {
        reached.add(artifact(Path.of(target.group(1)).getFileName().toString()));
      }

      assertThat(jars(root)).doesNotContainAnyElementsOf(NOT_SHIPPED);
      assertThat(reached).as("jars with a class in reach of the plugin").containsAll(jars(root));
    }

    @Test
    void lib_hasAllThatThePluginNeeds() throws IOException {
      Set<String> missing = new TreeSet<>();
      Matcher line =
          Pattern.compile("-> ([\\w.$]+)\\.[\\w$]+ +not found")
              .matcher(jdeps(unpacked(), "-verbose:class", "-filter:none"));
      while (line.find()) {
        String missed = line.group(1);
        if (!isTheWorkers(missed) && !isAnnotations(missed)) {
          missing.add(missed);
        }
      }

      assertThat(missing).isEqualTo(missing());
    }

    private static boolean isTheWorkers(String name) {
      return name.startsWith("org.apache.kafka") || name.startsWith("org.slf4j");
    }

    private static boolean isAnnotations(String name) {
      return name.equals("org.jspecify.annotations")
          || name.equals("org.jetbrains.annotations")
          || name.startsWith("javax.annotation")
          || name.startsWith("com.google.errorprone.annotations");
    }

    private Path unpacked() throws IOException {
      try (FileSystem zip = FileSystems.newFileSystem(archive)) {
        Path from = zip.getPath("/");
        try (Stream<Path> files = Files.walk(from)) {
          files.forEach(file -> copy(file, dir.resolve(from.relativize(file).toString())));
        }
      }
      try (Stream<Path> roots = Files.list(dir)) {
        List<Path> found = roots.toList();
        assertThat(found).as("one folder in the archive").hasSize(1);
        return found.get(0);
      }
    }

    private static void copy(Path from, Path to) {
      try {
        if (Files.isDirectory(from)) {
          Files.createDirectories(to);
        } else {
          Files.copy(from, to);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static List<String> relative(Path root) throws IOException {
      try (Stream<Path> files = Files.walk(root)) {
        return files
            .filter(Files::isRegularFile)
            .map(file -> root.relativize(file).toString())
            .toList();
      }
    }

    private static Set<String> jars(Path root) throws IOException {
      try (Stream<Path> files = Files.list(root.resolve("lib"))) {
        return files
            .map(file -> artifact(file.getFileName().toString()))
            .collect(Collectors.toCollection(TreeSet::new));
      }
    }

    private Set<String> foreignJars(Path root) throws IOException {
      Set<String> jars = jars(root);
      jars.remove(name);
      jars.remove("hissrv-lua");
      jars.remove("connector-plugin");
      assertThat(jars).isNotEmpty();
      return jars;
    }

    private static String artifact(String jar) {
      Matcher parts = JAR.matcher(jar);
      assertThat(parts.matches()).as(jar).isTrue();
      return parts.group(1);
    }

    /** What the JDK's own tool says of all classes in reach of the plugin's own jar. */
    private String jdeps(Path root, String... options) throws IOException {
      List<String> arguments = new ArrayList<>(List.of(options));
      arguments.addAll(List.of("--multi-release", "17", "-recursive"));
      try (Stream<Path> files = Files.list(root.resolve("lib"))) {
        List<Path> jars = files.toList();
        arguments.addAll(
            List.of(
                "-cp",
                jars.stream().map(Path::toString).collect(Collectors.joining(":")),
                jars.stream()
                    .filter(jar -> artifact(jar.getFileName().toString()).equals(name))
                    .findFirst()
                    .orElseThrow()
                    .toString()));
      }
      StringWriter out = new StringWriter();
      StringWriter errors = new StringWriter();
      int exit =
          ToolProvider.findFirst("jdeps")
              .orElseThrow()
              .run(
                  new PrintWriter(out, true),
                  new PrintWriter(errors, true),
                  arguments.toArray(String[]::new));
      assertThat(exit).as(errors.toString()).isZero();
      return out.toString();
    }
  }
}
