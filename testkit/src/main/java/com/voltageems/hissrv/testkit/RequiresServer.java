package com.voltageems.hissrv.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Marks a test that needs a program that no Maven artifact ships. If the program is missing, the
 * test is skipped with a reason that names it; with {@code CI=true} a missing program is a failure,
 * so that no green run hides it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(RequiresServer.Condition.class)
public @interface RequiresServer {
  /** The programs; the test needs all of them. */
  Server[] value();

  /** Programs that a test may need. */
  enum Server {
    REDIS("redis-server", "redis-server"),
    REDIS_CLI("redis-tools", "redis-cli"),
    INFLUXDB_1("influxdb", "influxd"),
    CHROMIUM("chromium", "chromium"),
    /** Comes with the browser that it drives. */
    CHROMEDRIVER("chromium-driver", "chromedriver"),
    PROMETHEUS("prometheus", "prometheus"),
    NGINX("nginx", "nginx"),
    C_COMPILER("gcc", "cc"),
    /** A library, found through {@link ProcessClock}; the program stands for it in messages. */
    FAKETIME("faketime", "faketime");

    private final String debianPackage;
    private final String program;

    Server(String debianPackage, String program) {
      this.debianPackage = debianPackage;
      this.program = program;
    }

    /** Returns the program's path; empty if it is not installed. */
    public Optional<String> find() {
      Optional<Path> found =
          this == FAKETIME ? ProcessClock.library() : RedisServer.onPath(program);
      return found.map(Path::toString);
    }
  }

  /** Decides whether the test runs; see {@link RequiresServer}. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      for (Server server :
          AnnotationSupport.findAnnotation(context.getElement(), RequiresServer.class)
              .map(needed -> List.of(needed.value()))
              .orElse(List.of())) {
        if (server.find().isPresent()) {
          continue;
        }
        String reason =
            "needs "
                + server.program
                + " (Debian package "
                + server.debianPackage
                + "), which is not installed";
        if ("true".equals(System.getenv("CI"))) {
          throw new IllegalStateException(context.getDisplayName() + " " + reason);
        }
        return ConditionEvaluationResult.disabled(reason);
      }
      return ConditionEvaluationResult.enabled("every server is here");
    }
  }
}
