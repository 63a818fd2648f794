package com.voltageems.hissrv.query.site.command;

import com.voltageems.hissrv.query.site.compile.Compiled;
import com.voltageems.hissrv.query.site.compile.ConnectorSpec;
import com.voltageems.hissrv.query.site.plan.Export;
import com.voltageems.hissrv.query.site.plan.Masking;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
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
      "1:a file, or the standard output, cannot be written, as to a pipe that ended",
      "2:the site's file cannot be used"
    })
final class ExportCommand extends SiteCommand {
  /** The permissions of a file that has a password in it. */
  private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rw-------");

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
      boolean secret = site.connectors().stream().anyMatch(ExportCommand::hasSecret);
      Files.createDirectories(output);
      for (Map.Entry<String, String> file : files.entrySet()) {
        write(output.resolve(file.getKey()), file.getValue(), secret);
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

  private static boolean hasSecret(ConnectorSpec connector) {
    return connector.config().entrySet().stream()
        .anyMatch(one -> !Masking.shown(one.getKey(), one.getValue()).equals(one.getValue()));
  }

  /**
   * Replaces the file as a whole: on a full disk the former one stays. Half a file would be a
   * connector that lacks settings. Who may read the former one, and nobody else, may read the new
   * one. Where the folder cannot be written, or the owner not be kept, the file itself is written.
   */
  private static void write(Path file, String text, boolean secret) throws IOException {
    boolean there = Files.exists(file);
    Path whole = there ? file.toRealPath() : file.toAbsolutePath();
    if (there && !Files.isWritable(whole.resolveSibling("."))) {
      Files.writeString(whole, text);
      return;
    }
    Path part = whole.resolveSibling(whole.getFileName() + ".part");
    try {
      Files.deleteIfExists(part);
      if (whole.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        if (there || secret) {
          Files.createFile(part, PosixFilePermissions.asFileAttribute(OWN));
        }
        Files.writeString(part, text);
        if (there && !copyAttributes(whole, part)) {
          // It stays its owner's.
          Files.writeString(whole, text);
          return;
        }
      } else {
        Files.writeString(part, text);
      }
      Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Returns false if this process may not give a file to that owner or group. */
  private static boolean copyAttributes(Path from, Path to) throws IOException {
    PosixFileAttributes former = Files.readAttributes(from, PosixFileAttributes.class);
    PosixFileAttributeView own = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    PosixFileAttributes now = own.readAttributes();
    try {
      if (!former.owner().equals(now.owner())) {
        own.setOwner(former.owner());
      }
      if (!former.group().equals(now.group())) {
        own.setGroup(former.group());
      }
    } catch (FileSystemException e) {
      return false;
    }
    own.setPermissions(former.permissions());
    return true;
  }
}
