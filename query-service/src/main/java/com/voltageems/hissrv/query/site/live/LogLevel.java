package com.voltageems.hissrv.query.site.live;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Sets the log level of our own messages in this process. */
final class LogLevel {
  private LogLevel() {}

  static void set(String level) {
    if (LoggerFactory.getLogger("com.voltageems.hissrv") instanceof Logger logger) {
      logger.setLevel(Level.toLevel(level, Level.INFO));
    }
  }
}
