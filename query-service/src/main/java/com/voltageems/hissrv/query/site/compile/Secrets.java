package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.setting.Template;
import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.yaml.Problem;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Decides who looks up a secret: the worker, the command that applies the file, or the running
 * service.
 */
final class Secrets {
  private final Map<String, String> env;
  private final Template.ProviderLookup providers;
  private final boolean byWorker;
  private final List<Problem> problems;
  private final List<Problem> notes;

  /**
   * @param byWorker whether the worker looks up the secrets
   */
  Secrets(
      Map<String, String> env,
      Template.ProviderLookup providers,
      boolean byWorker,
      List<Problem> problems,
      List<Problem> notes) {
    this.env = env;
    this.providers = providers;
    this.byWorker = byWorker;
    this.problems = problems;
    this.notes = notes;
  }

  /** Returns the text to send to Connect. Adds a note if it is a secret in plain text. */
  String forConnector(Given given) {
    return forConnector(given, given.raw());
  }

  /** Does the same for a part of the value. */
  String forConnector(Given given, String raw) {
    Template template = Template.of(raw);
    if (template.isLiteral() && !raw.isEmpty()) {
      notes.add(
          Origin.of(given)
              .problem(
                  "stands in plain text here and then in Connect's topic; ${NAME} keeps it out of"
                      + " both"));
    }
    return byWorker ? template.forWorker(env) : expand(given, template);
  }

  /**
   * Returns the text of a setting for Connect; the setting's name decides whether it is a secret.
   */
  String forConnector(String setting, Given given) {
    return isSecretName(setting)
        ? forConnector(given)
        : expandKeepingProviders(given, Template.of(given.raw()));
  }

  /** Returns the text as the service, or a command that calls Connect, needs it. */
  String here(Given given) {
    return here(given, given.raw());
  }

  /** Does the same for a part of the value. */
  String here(Given given, String raw) {
    return expand(given, Template.of(raw));
  }

  /** Does the same as {@link #here(Given)}, but returns the raw text if it cannot be resolved. */
  String hereIfKnown(Given given) {
    return hereIfKnown(given.raw());
  }

  String hereIfKnown(String raw) {
    try {
      return Template.of(raw).expand(env, providers);
    } catch (IllegalArgumentException e) {
      return raw;
    }
  }

  private String expand(Given given, Template template) {
    try {
      return template.expand(env, providers);
    } catch (IllegalArgumentException e) {
      problems.add(Origin.of(given).problem(String.valueOf(e.getMessage())));
      return "";
    }
  }

  /** Replaces variables now; passes references to config providers on unchanged. */
  private String expandKeepingProviders(Given given, Template template) {
    StringBuilder out = new StringBuilder();
    for (Template.Part part : template.parts()) {
      if (part instanceof Template.Literal literal) {
        out.append(literal.text());
      } else if (part instanceof Template.Provider provider) {
        out.append(provider.text());
      } else if (part instanceof Template.Variable variable) {
        out.append(
            expand(
                given,
                Template.of(
                    "${"
                        + variable.name()
                        + (variable.otherwise() == null ? "" : ":" + variable.otherwise())
                        + "}")));
      }
    }
    return out.toString();
  }

  /** Returns whether the setting's name suggests a secret. */
  static boolean isSecretName(String setting) {
    String name = setting.toLowerCase(Locale.ROOT);
    return name.matches(".*(password|passwd|secret|token|credential|jaas|api[._]?key).*");
  }
}
