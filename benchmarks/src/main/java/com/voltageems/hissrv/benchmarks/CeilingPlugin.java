package com.voltageems.hissrv.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Builds plugin archives with connectors that only emit or only discard records. */
public final class CeilingPlugin {
  private CeilingPlugin() {}

  public static Path source(Path dir) throws IOException {
    return archive(
        dir,
        "ceiling",
        "org.apache.kafka.connect.source.SourceConnector",
        List.of(CeilingSourceConnector.class, CeilingSourceConnector.CeilingTask.class));
  }

  public static Path sink(Path dir) throws IOException {
    return archive(
        dir,
        "discard",
        "org.apache.kafka.connect.sink.SinkConnector",
        List.of(DiscardSinkConnector.class, DiscardSinkConnector.DiscardTask.class));
  }

  private static Path archive(Path dir, String name, String service, List<Class<?>> classes)
      throws IOException {
    Path zip = dir.resolve(name + ".zip");
    Path jar = dir.resolve(name + ".jar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      // Written here, because on the class path another plugin's file of this name may come first.
      out.putNextEntry(new ZipEntry("META-INF/services/" + service));
      out.write(classes.get(0).getName().getBytes(StandardCharsets.UTF_8));
      for (Class<?> type : classes) {
        copy(type.getName().replace('.', '/') + ".class", out);
      }
    }
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry(name + "/" + name + ".jar"));
      Files.copy(jar, out);
    }
    return zip;
  }

  private static void copy(String entry, ZipOutputStream out) throws IOException {
    out.putNextEntry(new ZipEntry(entry));
    try (var in = CeilingPlugin.class.getClassLoader().getResourceAsStream(entry)) {
      if (in == null) {
        throw new IllegalStateException(entry + " is not on the class path");
      }
      in.transferTo(out);
    }
  }
}
