package com.voltageems.hissrv.query.site.command;

import picocli.CommandLine;

/** The sub-commands that work on a site's file. */
public final class SiteCommands {
  private SiteCommands() {}

  /** Adds the sub-commands to the command line. */
  public static CommandLine into(CommandLine main) {
    return main.addSubcommand(new ValidateCommand())
        .addSubcommand(new PlanCommand())
        .addSubcommand(new ApplyCommand())
        .addSubcommand(new StatusCommand())
        .addSubcommand(new ExportCommand());
  }
}
