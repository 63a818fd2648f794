package com.voltageems.hissrv.query.site.compile;

import com.voltageems.hissrv.query.alert.AlertRule;
import com.voltageems.hissrv.query.site.yaml.Problem;
import com.voltageems.hissrv.query.storage.plan.StoragePlan;
import com.voltageems.hissrv.query.sync.RedisTarget;
import com.voltageems.hissrv.query.tls.ConnectTls;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The result of compiling a site's file.
 *
 * @param site name of the site
 * @param connectors in the order in which they are submitted: the source, which reads, before the
 *     sink, which writes
 * @param service the service's settings, by their names in query.yml
 * @param target how to reach Kafka Connect
 * @param redis how to reach the source's control channel
 * @param alerts the rules that say when to alert
 * @param storage how long the history is kept, and at which resolutions
 * @param notes remarks that are no reason to refuse the file
 */
public record Compiled(
    String site,
    List<ConnectorSpec> connectors,
    Map<String, Entry> service,
    Target target,
    RedisTarget redis,
    List<AlertRule> alerts,
    StoragePlan storage,
    List<Problem> notes) {
  public Compiled {
    connectors = List.copyOf(connectors);
    service = Collections.unmodifiableMap(new LinkedHashMap<>(service));
    alerts = List.copyOf(alerts);
    notes = List.copyOf(notes);
  }

  /** Kafka Connect's REST API, and the log level to set there. */
  public record Target(
      List<String> urls, String username, String password, String logLevel, ConnectTls tls) {
    public Target {
      urls = List.copyOf(urls);
    }

    /** Creates a target that uses the certificates that the JVM trusts. */
    public Target(List<String> urls, String username, String password, String logLevel) {
      this(urls, username, password, logLevel, ConnectTls.NONE);
    }

    @Override
    public String toString() {
      return "Target[urls=" + urls + "]";
    }
  }

  /** Returns the service's settings as texts, by name. */
  public Map<String, String> serviceTexts() {
    Map<String, String> texts = new LinkedHashMap<>();
    service.forEach((name, entry) -> texts.put(name, entry.value()));
    return texts;
  }

  public String mark() {
    return ConnectorSpec.mark(site);
  }
}
