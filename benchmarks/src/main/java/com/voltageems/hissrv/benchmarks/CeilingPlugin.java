package com.voltageems.hissrv.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The connector that does nothing but emit, as a plugin archive. */
final class CeilingPlugin {
  private CeilingPlugin() {}

  static Path archive(Path dir) throws IOException {
    Path zip = dir.resolve("ceiling.zip");
    Path jar = dir.resolve("ceiling.jar");
    String[] entries = {
      "META-INF/services/org.apache.kafka.connect.source.SourceConnector",
      classFile(CeilingSourceConnector.class),
      classFile(CeilingSourceConnector.CeilingTask.class)
    };
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String entry : entries) {
        out.putNextEntry(new ZipEntry(entry));
        try (var in = CeilingPlugin.class.getClassLoader().getResourceAsStream(entry)) {
          if (in == null) {
            throw new IllegalStateException(entry + " is not on the class path");
          }
          in.transferTo(out);
        }
      }
    }
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("ceiling/ceiling.jar"));
      Files.copy(jar, out);
    }
    return zip;
  }

  private static String classFile(Class<?> type) {
    return type.getName().replace('.', '/') + ".class";
  }
}
