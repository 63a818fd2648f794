package com.voltageems.hissrv.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
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
}
