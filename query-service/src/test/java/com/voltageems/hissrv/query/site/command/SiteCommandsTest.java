package com.voltageems.hissrv.query.site.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class SiteCommandsTest {
  private static final String SOURCE = "hissrv-redis-source.json";

  @TempDir Path dir;
  private Path site;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Command(name = "query-service")
  private static final class Root {}

  /** A disk that is full after so many characters. */
  private static final class FullDisk extends Writer {
    private int left;

    FullDisk(int left) {
      this.left = left;
    }

    @Override
    public void write(char[] text, int from, int length) throws IOException {
      left -= length;
      if (left < 0) {
        throw new IOException("No space left on device");
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void site() throws IOException {
    site = dir.resolve("hissrv.yml");
    Files.writeString(site, "api: {}\n");
  }

  private int run(Writer to, String... arguments) {
    return SiteCommands.into(new CommandLine(new Root()))
        .setOut(new PrintWriter(to))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }

  private int export(Path folder) {
    return run(out, "export", "-o", folder.toString(), site.toString());
  }

  /** Half an export ended with 0. */
  @ParameterizedTest
  @ValueSource(strings = {"export", "validate", "plan --offline"})
  void outputThatCannotBeWritten_isAFailure(String command) {
    String[] arguments = (command + " " + site).split(" ");

    assertThat(run(new FullDisk(10), arguments)).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(err.toString())
        .endsWith("the output could not be written completely (is the disk full?)\n");
    assertThat(run(out, arguments)).isEqualTo(ExitCodes.DONE);
  }

  /** The name of the former file still leads to what it held: it was replaced, not cut. */
  @Test
  void exportedFile_isReplacedAsAWhole() throws IOException {
    Path former = Files.writeString(dir.resolve("former"), "whole");
    Path folder = Files.createDirectory(dir.resolve("out"));
    Files.createLink(folder.resolve(SOURCE), former);

    assertThat(export(folder)).isEqualTo(ExitCodes.DONE);

    assertThat(former).hasContent("whole");
    assertThat(Files.readString(folder.resolve(SOURCE))).contains("RedisSourceConnector");
    assertThat(folder.toFile().list()).hasSize(2);
  }

  @Test
  void exportedFile_thatIsALink_staysOne() throws IOException {
    Path target = Files.writeString(dir.resolve("target.json"), "before");
    Path folder = Files.createDirectory(dir.resolve("out"));
    Files.createSymbolicLink(folder.resolve(SOURCE), target);

    assertThat(export(folder)).isEqualTo(ExitCodes.DONE);

    assertThat(Files.readString(target)).contains("RedisSourceConnector");
    assertThat(folder.resolve(SOURCE)).isSymbolicLink();
  }

  /** It became readable for everybody. */
  @Test
  void exportedFile_keepsItsPermissions() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("out"));
    Path file = Files.writeString(folder.resolve(SOURCE), "before");
    for (String permissions : List.of("rw-------", "r--r-----", "rw-rw-rw-")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

      assertThat(export(folder)).isEqualTo(ExitCodes.DONE);

      assertThat(Files.readString(file)).contains("RedisSourceConnector");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo(permissions);
    }
  }

  @Test
  void exportedFile_withAPassword_isItsOwnersAlone() throws IOException {
    Path folder = dir.resolve("out");
    assertThat(export(folder)).isEqualTo(ExitCodes.DONE);
    assertThat(Files.getPosixFilePermissions(folder.resolve(SOURCE)))
        .isEqualTo(Files.getPosixFilePermissions(site));

    Files.writeString(site, "redis: {url: \"redis://:of-the-site@redis:6379\"}\n");
    Files.delete(folder.resolve(SOURCE));
    assertThat(export(folder)).isEqualTo(ExitCodes.DONE);
    assertThat(Files.readString(folder.resolve(SOURCE))).contains("of-the-site");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(SOURCE))))
        .isEqualTo("rw-------");
  }

  /** Only root may give a file away; who may not writes into it. */
  @Test
  void exportedFile_ofSomebodyElse_staysTheirs() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("out"));
    Path file = Files.writeString(folder.resolve(SOURCE), "before");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    UserPrincipal somebody =
        file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("65534");
    assumeThatCode(() -> Files.setOwner(file, somebody)).doesNotThrowAnyException();

    assertThat(export(folder)).isEqualTo(ExitCodes.DONE);

    assertThat(Files.readString(file)).contains("RedisSourceConnector");
    assertThat(Files.getOwner(file)).isEqualTo(somebody);
  }

  @Test
  void exportedFile_isWrittenItself_whereItsFolderCannotBe() throws IOException {
    Path folder = dir.resolve("out");
    assertThat(export(folder)).isEqualTo(ExitCodes.DONE);
    Files.writeString(folder.resolve(SOURCE), "before");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeThat(Files.isWritable(folder)).as("root may write everywhere").isFalse();

    assertThat(export(folder)).isEqualTo(ExitCodes.DONE);

    assertThat(Files.readString(folder.resolve(SOURCE))).contains("RedisSourceConnector");
  }

  @Test
  void exportIntoAFile_isToldInPlainWords() {
    assertThat(export(site)).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(err.toString())
        .isEqualTo(site + ": cannot be written: a file is there, no folder\n");
  }

  /** A failure whose message is the file's name alone. */
  @Test
  void exportIntoAFolderThatCannotBe_isToldWithTheReason() {
    assertThat(export(Path.of("/proc/none"))).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(err.toString())
        .matches(
            "/proc/none: cannot be written: .*(NoSuchFile|AccessDenied).*\\R|.*no right to\\R");
  }

  @Test
  void nameThatIsNoFiles_isToldWithWhatToSet() {
    assertThat(run(out, "validate", "a\0b")).isEqualTo(ExitCodes.BAD_FILE);
    assertThat(err.toString())
        .contains("'a\0b' cannot name a file in this locale; set LC_ALL=C.UTF-8");
  }
}
