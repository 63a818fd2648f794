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
 * What a file means.
 *
 * @param site its name
 * @param connectors in the order in which they are submitted: who reads before who writes
 * @param service the service's settings, as query.yml has them
 * @param redis where the source's control channel is
 * @param alerts when somebody is told
 * @param storage how long the history is kept, and in which resolutions
 * @param notes what is worth knowing and no reason to refuse the file
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

  /** Kafka Connect's REST API. */
  public record Target(
      List<String> urls, String username, String password, String logLevel, ConnectTls tls) {
    public Target {
      urls = List.copyOf(urls);
    }

    /** With the certificates that the JVM trusts. */
    public Target(List<String> urls, String username, String password, String logLevel) {
      this(urls, username, password, logLevel, ConnectTls.NONE);
    }

    @Override
    public String toString() {
      return "Target[urls=" + urls + "]";
    }
  }

  /** The service's settings as texts. */
  public Map<String, String> serviceTexts() {
    Map<String, String> texts = new LinkedHashMap<>();
    service.forEach((name, entry) -> texts.put(name, entry.value()));
    return texts;
  }

  public String mark() {
    return ConnectorSpec.mark(site);
  }
}
