package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class HelpTest {
  /** Before anything is built the script itself tells the options. */
  @Test
  void script_namesEveryOption() throws IOException {
    String script = Files.readString(Path.of("../quickstart.sh"));
    for (OptionSpec option : new CommandLine(new Main()).getCommandSpec().options()) {
      String name = option.longestName();
      if (!Set.of("--help", "--version").contains(name)) {
        assertThat(script)
            .as("quickstart.sh")
            .contains("\n  " + name + (option.arity().max() == 0 ? " " : "="));
      }
    }
  }

  /** The help has 2 for them: they were 1 or 3, and a file in the folder's place was its name. */
  @Test
  void optionThatCannotBeUsed_isToldWithItsName_andEndsWith2(@TempDir Path dir) throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "");
    Map<String, String> told =
        Map.of(
            "--port=65436",
            "--port is 65436: it must be from 1 to 65435",
            "--windows=5s,7s",
            "--windows: window '7s' is not a multiple of the first, '5s'",
            "--keep=" + file,
            "--keep: " + file + " is a file, no folder",
            "--keep=" + file + "/x",
            "--keep: the folder " + file + "/x cannot be made: " + file + "/x: Not a directory");
    told.forEach(
        (option, message) -> {
          StringWriter err = new StringWriter();
          assertThat(Main.command().setErr(new PrintWriter(err)).execute(option)).isEqualTo(2);
          assertThat(err.toString().strip()).isEqualTo("quickstart: " + message);
        });
  }
}
