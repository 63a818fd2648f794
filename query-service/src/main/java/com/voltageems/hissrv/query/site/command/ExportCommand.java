package com.voltageems.hissrv.query.site.command;

import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.plan.Export;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Sub-command {@code export}: writes the file's connectors as files for other tools. */
@Command(
    name = "export",
    description = "Writes the connectors as files for Strimzi, kcctl or curl.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:written",
      "1:a file, or the standard output, cannot be written",
      "2:the site's file cannot be used"
    })
final class ExportCommand extends SiteCommand {
  /** The tool to write for. */
  enum Format {
    json,
    strimzi
  }

  @Option(
      names = "--format",
      defaultValue = "json",
      description = "json (POST /connectors, kcctl) or strimzi (KafkaConnector); json by default.")
  private Format format;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FOLDER",
      description = "Where to write a file for each connector; standard output by default.")
  private @Nullable Path output;

  @Option(
      names = "--cluster",
      defaultValue = "connect",
      description = "strimzi: name of the KafkaConnect resource; connect by default.")
  private String cluster;

  @Option(
      names = "--api-version",
      defaultValue = "kafka.strimzi.io/v1",
      description =
          "strimzi: ${DEFAULT-VALUE} by default; kafka.strimzi.io/v1beta2 before Strimzi 0.49.")
  private String apiVersion;

  @Override
  int run(Compiled site) {
    notes(site);
    Map<String, String> files =
        format == Format.json ? Export.json(site) : Export.strimzi(site, cluster, apiVersion);
    if (output == null) {
      files.values().forEach(text -> out().print(text));
      return ExitCodes.DONE;
    }
    try {
      Files.createDirectories(output);
      for (Map.Entry<String, String> file : files.entrySet()) {
        write(output.resolve(file.getKey()), file.getValue());
        say(output.resolve(file.getKey()).toString());
      }
      return ExitCodes.DONE;
    } catch (FileAlreadyExistsException e) {
      error(e.getFile() + ": cannot be written: a file is there, no folder");
    } catch (AccessDeniedException e) {
      error(e.getFile() + ": cannot be written: this process has no right to");
    } catch (IOException e) {
      // Some failures of files have only the file's name for their message.
      boolean bare = e instanceof FileSystemException named && named.getReason() == null;
      error(output + ": cannot be written: " + (bare ? e : e.getMessage()));
    }
    return ExitCodes.UNREACHABLE;
  }

  /**
   * Replaces the file as a whole: on a full disk the former one stays. Half a file would be a
   * connector that lacks settings.
   */
  private static void write(Path file, String text) throws IOException {
    Path whole = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Path part = whole.resolveSibling(whole.getFileName() + ".part");
    try {
      Files.writeString(part, text);
      Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
