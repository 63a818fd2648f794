package com.voltageems.hissrv.lua;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README's table of settings says what the script has. */
class ReadmeTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(\\w+)` \\| (.+?) \\| .+ \\|$");
  private static final Pattern DEFAULT = Pattern.compile("(?m)^    (\\w+) = '(.*)',$");

  @Test
  void settings_inStepWithTheScript() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String table = readme.substring(readme.indexOf("## Settings"), readme.indexOf("## Counters"));
    String script = Script.text();
    String defaults = script.substring(script.indexOf("local read = {"));

    assertThat(read(ROW, table))
        .hasSizeGreaterThan(5)
        .isEqualTo(read(DEFAULT, defaults.substring(0, defaults.indexOf("  }"))));
  }

  private static Map<String, String> read(Pattern pattern, String text) {
    Map<String, String> found = new TreeMap<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      String value = matcher.group(2).replace("*(empty)*", "").replace("`", "");
      found.put(matcher.group(1), value);
    }
    return found;
  }
}
