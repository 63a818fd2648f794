package com.voltageems.hissrv.query.alert;

import com.voltageems.hissrv.query.health.Gauge;
import com.voltageems.hissrv.query.health.PartState.State;
import com.voltageems.hissrv.query.health.Probe;
import com.voltageems.hissrv.query.health.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The part {@code alerts} of {@code /health}: whether alerts can be looked after and delivered. */
final class AlertProbe implements Probe {
  private final AlertDesk desk;

  AlertProbe(AlertDesk desk) {
    this.desk = desk;
  }

  @Override
  public String name() {
    return "alerts";
  }

  @Override
  public Report check() {
    boolean mine = desk.isMine();
    List<AlertView> views = desk.view();
    List<Gauge> gauges = new ArrayList<>();
    long raised = 0;
    List<String> trouble = new ArrayList<>();
    desk.problem().ifPresent(trouble::add);
    for (AlertView alert : views) {
      boolean isRaised = alert.state().equals("raised");
      raised += isRaised ? 1 : 0;
      if (mine) {
        gauges.add(
            new Gauge(
                "hissrv_alert_raised",
                "Whether an alert is raised; told by the service that looks after the alerts.",
                Map.of("alert", alert.rule().name(), "level", alert.rule().level().text()),
                isRaised ? 1 : 0));
      }
      if (alert.untold() && alert.error() != null) {
        trouble.add(alert.rule().name() + " cannot be told: " + alert.error());
      }
      if (alert.unknown() != null) {
        trouble.add(
            alert.rule().name()
                + ": "
                + alert.rule().condition().text()
                + " is not known: "
                + alert.unknown());
      }
    }
    String message =
        !trouble.isEmpty()
            ? String.join("; ", trouble)
            : mine
                ? views.size() + " watched, " + raised + " raised"
                : "another service looks after them";
    return new Report(
        trouble.isEmpty() ? State.UP : State.DEGRADED,
        message,
        Map.of(
            "watched", views.size(), "raised", raised, "mine", mine, "never_told", desk.dropped()),
        gauges);
  }

  @Override
  public void close() {}
}
