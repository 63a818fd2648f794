package com.voltageems.hissrv.query.site.command;

import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** The sub-commands that work on a site's file. */
public final class SiteCommands {
  private SiteCommands() {}

  /** Adds the sub-commands to the command line. */
  public static CommandLine into(CommandLine main) {
    main.addSubcommand(new ValidateCommand())
        .addSubcommand(new PlanCommand())
        .addSubcommand(new ApplyCommand())
        .addSubcommand(new StatusCommand());
    // Without a locale (cron, a small system) Java writes a question mark for every other letter;
    // in a key pattern that is a joker.
    if (Charset.forName(System.getProperty("native.encoding", "UTF-8"))
        .equals(StandardCharsets.US_ASCII)) {
      main.setOut(utf8(System.out)).setErr(utf8(System.err));
    }
    // JSON and YAML are UTF-8, whatever the terminal's letters are.
    CommandLine export = new CommandLine(new ExportCommand()).setOut(utf8(System.out));
    return main.addSubcommand(export.setErr(main.getErr()))
        .registerConverter(Path.class, SiteCommands::path);
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(
          "'"
              + name
              + "' cannot name a file in this locale; set LC_ALL=C.UTF-8 if it has letters beyond"
              + " ASCII");
    }
  }

  private static PrintWriter utf8(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }
}
