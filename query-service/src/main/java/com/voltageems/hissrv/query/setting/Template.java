package com.voltageems.hissrv.query.setting;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value as in the file, with references to look up: {@code ${NAME}} and {@code ${NAME:default}}
 * (or {@code ${NAME:-default}}) from the environment; {@code ${env:NAME}}, {@code ${file:path:key}}
 * and the other config providers of Connect. A doubled dollar sign gives a literal one, and the
 * text after it stays unchanged.
 */
public final class Template {
  private static final Pattern PART = Pattern.compile("\\$\\$\\{|\\$\\{([^}]*)}");
  private static final Pattern PROVIDER =
      Pattern.compile("(env|file|dir|directory|secrets|configmaps|vault):(.+)");

  /** What Java makes of a byte that the locale has no letter for. */
  private static final char UNREADABLE = '\uFFFD';

  private static final Pattern VARIABLE =
      Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)(?::-?(.*))?", Pattern.DOTALL);

  /** A piece of the text. */
  public sealed interface Part {}

  /** Text to use unchanged. */
  public record Literal(String text) implements Part {}

  /** A variable of the environment, and its default if the variable is not set. */
  public record Variable(String name, @Nullable String otherwise) implements Part {}

  /** A reference that a config provider of Connect looks up. */
  public record Provider(String name, String argument) implements Part {
    public String text() {
      return "${" + name + ":" + argument + "}";
    }
  }

  private final List<Part> parts;

  private Template(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * Parses the text of a value.
   *
   * @throws IllegalArgumentException saying what is wrong with a {@code ${...}} in it
   */
  public static Template of(String text) {
    List<Part> parts = new ArrayList<>();
    Matcher matcher = PART.matcher(text);
    int from = 0;
    while (matcher.find()) {
      literal(parts, text.substring(from, matcher.start()));
      from = matcher.end();
      String inner = matcher.group(1);
      if (inner == null) {
        literal(parts, "${");
        continue;
      }
      Matcher provider = PROVIDER.matcher(inner);
      Matcher variable = VARIABLE.matcher(inner);
      if (provider.matches()) {
        parts.add(new Provider(provider.group(1), provider.group(2)));
      } else if (variable.matches()) {
        parts.add(new Variable(variable.group(1), variable.group(2)));
      } else {
        throw new IllegalArgumentException(
            "${"
                + inner
                + "} is not a variable; write ${NAME} or ${NAME:default}, and $${ for a literal"
                + " ${");
      }
    }
    literal(parts, text.substring(from));
    return new Template(parts);
  }

  private static void literal(List<Part> parts, String text) {
    if (!text.isEmpty()) {
      parts.add(new Literal(text));
    }
  }

  public List<Part> parts() {
    return parts;
  }

  /** Returns whether there is nothing to look up. */
  public boolean isLiteral() {
    return parts.stream().allMatch(part -> part instanceof Literal);
  }

  /** Answers for a config provider; empty if the provider cannot be asked from here. */
  @FunctionalInterface
  public interface ProviderLookup {
    Optional<String> find(Provider provider);
  }

  /**
   * Returns the text with all references looked up.
   *
   * @throws IllegalArgumentException naming the failed reference, and the remedy
   */
  public String expand(Map<String, String> env, ProviderLookup providers) {
    StringBuilder out = new StringBuilder();
    for (Part part : parts) {
      if (part instanceof Literal literal) {
        out.append(literal.text());
      } else if (part instanceof Variable variable) {
        out.append(lookUp(variable, env));
      } else if (part instanceof Provider provider) {
        out.append(
            provider.name().equals("env")
                ? lookUp(new Variable(provider.argument(), null), env)
                : providers
                    .find(provider)
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                provider.text() + " cannot be looked up here")));
      }
    }
    return out.toString();
  }

  private static String lookUp(Variable variable, Map<String, String> env) {
    String value = env.get(variable.name());
    if (value == null) {
      value = variable.otherwise();
    }
    if (value == null) {
      throw new IllegalArgumentException(
          "the environment has no "
              + variable.name()
              + "; set it, or write ${"
              + variable.name()
              + ":a default}");
    }
    if (value.indexOf(UNREADABLE) >= 0) {
      throw new IllegalArgumentException(
          "the environment's "
              + variable.name()
              + " has letters that Java cannot read in this locale; set LC_ALL=C.UTF-8");
    }
    return value;
  }

  /**
   * Returns the text for a worker, which looks up references itself, so that a secret never
   * travels: {@code ${NAME}} becomes {@code ${env:NAME}}; a variable that is not set here is
   * replaced by its default.
   */
  public String forWorker(Map<String, String> env) {
    StringBuilder out = new StringBuilder();
    for (Part part : parts) {
      if (part instanceof Literal literal) {
        out.append(literal.text());
      } else if (part instanceof Provider provider) {
        out.append(provider.text());
      } else if (part instanceof Variable variable) {
        String otherwise = variable.otherwise();
        out.append(
            otherwise != null && !env.containsKey(variable.name())
                ? otherwise
                : "${env:" + variable.name() + "}");
      }
    }
    return out.toString();
  }
}
