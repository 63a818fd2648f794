package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.setting.Template;
import com.voltageems.hissrv.query.site.key.Given;
import com.voltageems.hissrv.query.site.yaml.Problem;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Who looks up what in a secret: the worker, we who apply the file, or the running service. */
final class Secrets {
  private final Map<String, String> env;
  private final Template.ProviderLookup providers;
  private final boolean byWorker;
  private final List<Problem> problems;
  private final List<Problem> notes;

  /**
   * @param byWorker whether secrets are left for the worker to look up
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

  /** The text as it goes to Connect. */
  String forConnector(Given given) {
    return forConnector(given, given.raw());
  }

  /** Likewise of a part of what was given. */
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

  /** The text of a setting that may or may not be a secret, which its name tells. */
  String forConnector(String setting, Given given) {
    return isSecretName(setting)
        ? forConnector(given)
        : expandKeepingProviders(given, Template.of(given.raw()));
  }

  /** The text as the service, or we who call Connect, need it. */
  String here(Given given) {
    return here(given, given.raw());
  }

  /** Likewise of a part of what was given. */
  String here(Given given, String raw) {
    return expand(given, Template.of(raw));
  }

  /** As {@link #here(Given)}; the raw text where that cannot be had. */
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

  /** Variables here and now; a config provider's place is passed on. */
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

  /** Whether a setting called so holds what nobody may see. */
  static boolean isSecretName(String setting) {
    String name = setting.toLowerCase(Locale.ROOT);
    return name.matches(".*(password|passwd|secret|token|credential|jaas|api[._]?key).*");
  }
}
