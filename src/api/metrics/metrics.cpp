#include "api/metrics/metrics.h"

#include "api/metrics/exposition.h"
#include "api/metrics/process.h"
#include "api/native/limits.h"
#include "base/error_table.h"
#include "serving/serving_metrics.h"

namespace mooring::api {
namespace {

double AsDouble(std::uint64_t count) { return static_cast<double>(count); }

std::string_view BreachName(records::OnBreach did) {
  switch (did) {
    case records::OnBreach::kReject: return "reject";
    case records::OnBreach::kDefault: return "default";
    default: return "flag";
  }
}

void WriteRequests(const Api& api, Exposition& out) {
  out.Family("mooring_requests_total", "counter", "Answered HTTP requests by protocol and status.");
  for (std::size_t p = 0; p < kProtocols; ++p) {
    const auto protocol = static_cast<Protocol>(p);
    for (std::size_t slot = 0; slot < RequestCounters::kSlots; ++slot) {
      const std::uint64_t count = api.counters.Of(protocol, slot);
      if (count == 0) continue;
      const int status = RequestCounters::kStatuses[slot];
      out.Sample({{"protocol", ProtocolName(protocol)},
                  {"code", status == 0 ? std::string("other") : std::to_string(status)}},
                 AsDouble(count));
    }
  }
}

void WriteDecisions(const serving::ServingFigures& figures, Exposition& out) {
  out.Family("mooring_decisions_total", "counter", "Decided rows by model, version and verdict.");
  for (const serving::VersionFigures& version : figures.versions) {
    for (std::size_t v = 0; v < version.verdicts.size(); ++v) {
      out.Sample({{"model", version.model},
                  {"version", std::to_string(version.version)},
                  {"verdict", records::VerdictName(static_cast<records::Verdict>(v))}},
                 AsDouble(version.verdicts[v]));
    }
  }
  out.Family("mooring_decision_latency_seconds", "histogram",
             "Time from admission to the recorded decision, by request.");
  std::array<double, serving::kLatencyBucketsUs.size()> bounds{};
  for (std::size_t i = 0; i < bounds.size(); ++i) bounds[i] = serving::kLatencyBucketsUs[i] / 1e6;
  for (const serving::VersionFigures& version : figures.versions) {
    out.Histogram({{"model", version.model}, {"version", std::to_string(version.version)}}, bounds,
                  version.latency, AsDouble(version.latency_sum_us) / 1e6);
  }
  out.Family("mooring_validation_breaches_total", "counter",
             "Rows that broke a rule of the contract, by feature, rule and what was done.");
  for (const serving::VersionFigures& version : figures.versions) {
    for (const serving::BreachFigure& breach : version.breaches) {
      out.Sample({{"model", version.model},
                  {"version", std::to_string(version.version)},
                  {"feature", breach.feature},
                  {"rule", breach.rule},
                  {"action", BreachName(breach.did)}},
                 AsDouble(breach.rows));
    }
  }
  out.Family("mooring_refused_requests_total", "counter",
             "Requests without a decision, by error code.");
  for (std::size_t code = 0; code < figures.refused.size(); ++code) {
    out.Sample({{"code", KindOf(static_cast<Code>(code)).name}}, AsDouble(figures.refused[code]));
  }
  out.Family("mooring_replayed_requests_total", "counter",
             "Requests answered again by their request id.");
  out.Sample({}, AsDouble(figures.replayed));
  out.Family("mooring_requests_in_flight", "gauge", "Requests between admission and answer.");
  out.Sample({}, AsDouble(figures.in_flight));
}

void WriteJournal(const Api& api, Exposition& out) {
  if (api.use.journal == nullptr) return;
  const records::JournalStats stats = api.use.journal->Stats();
  const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    out.Family(name, "counter", help);
    out.Sample({}, AsDouble(value));
  };
  counter("mooring_journal_records_total", "Records made durable.", stats.records);
  counter("mooring_journal_decisions_total", "Decisions in the journal since the start.",
          stats.decisions);
  counter("mooring_journal_outcomes_total", "Outcomes in the journal since the start.",
          stats.outcomes);
  counter("mooring_journal_refusals_total", "Refusals in the journal since the start.",
          stats.refusals);
  counter("mooring_journal_commits_total", "Group commits.", stats.commits);
  counter("mooring_journal_bytes_total", "Bytes written.", stats.bytes);
  const auto gauge = [&](std::string_view name, std::string_view help, double value) {
    out.Family(name, "gauge", help);
    out.Sample({}, value);
  };
  gauge("mooring_journal_queued_bytes", "Bytes waiting to be written.",
        AsDouble(stats.queued_bytes));
  gauge("mooring_journal_sync_seconds", "Duration of the last sync.",
        AsDouble(stats.sync_us_last) / 1e6);
  gauge("mooring_journal_sync_max_seconds", "Longest sync so far.",
        AsDouble(stats.sync_us_max) / 1e6);
  gauge("mooring_journal_segment", "Number of the segment being written.", stats.segment);
  gauge("mooring_journal_healthy", "1 while decisions can be recorded.", stats.healthy ? 1 : 0);
}

void WriteDrift(const Api& api, Exposition& out) {
  if (api.use.watch == nullptr) return;
  const auto windows = api.use.watch->Latest();
  out.Family("mooring_watch_lag_bytes", "gauge", "Journal bytes that the watch has not read.");
  out.Sample({}, AsDouble(api.use.watch->LagBytes()));
  out.Family("mooring_windows_closed_total", "counter", "Windows judged since the start.");
  out.Sample({}, AsDouble(api.use.watch->windows_closed()));
  out.Family("mooring_windows_drifted_total", "counter",
             "Windows judged as drift since the start.");
  out.Sample({}, AsDouble(api.use.watch->windows_drifted()));
  out.Family("mooring_window_rows", "gauge", "Rows of the last closed window.");
  for (const auto& window : windows) {
    out.Sample({{"model", window.model}, {"version", std::to_string(window.version)}},
               AsDouble(window.rows));
  }
  out.Family("mooring_window_verdict", "gauge", "1 for the verdict of the last closed window.");
  for (const auto& window : windows) {
    out.Sample({{"model", window.model},
                {"version", std::to_string(window.version)},
                {"verdict", monitoring::VerdictName(window.verdict)}},
               1);
  }
  const auto figure = [&](std::string_view name, std::string_view help, auto member) {
    out.Family(name, "gauge", help);
    for (const auto& window : windows) {
      for (const monitoring::FeatureDrift& drift : window.features) {
        out.Sample({{"model", window.model},
                    {"version", std::to_string(window.version)},
                    {"feature", drift.feature}},
                   static_cast<double>(drift.*member));
      }
    }
  };
  using Drift = monitoring::FeatureDrift;
  figure("mooring_drift_psi", "Population stability index of the last window.", &Drift::psi);
  figure("mooring_drift_js", "Jensen-Shannon distance of the last window.", &Drift::js);
  figure("mooring_drift_missing_ratio", "Share of missing values.", &Drift::missing_share);
  figure("mooring_drift_unseen_ratio", "Share of unseen categories.", &Drift::unseen_share);
  figure("mooring_drift_alert", "1 where the window drifted from the reference.", &Drift::drifted);
}

void WriteAlerts(const Api& api, Exposition& out) {
  if (api.use.alert_figures) {
    const auto figures = api.use.alert_figures();
    out.Family("mooring_alerts_firing", "gauge", "Alerts that fire, by model and severity.");
    for (const auto& each : figures->firing) {
      out.Sample({{"model", each.model}, {"severity", records::SeverityName(each.severity)}},
                 AsDouble(each.alerts));
    }
    const auto gauge = [&](std::string_view name, std::string_view help, std::uint64_t value) {
      out.Family(name, "gauge", help);
      out.Sample({}, AsDouble(value));
    };
    gauge("mooring_alerts_pending", "Causes that were seen and are not believed yet.",
          figures->pending);
    gauge("mooring_incidents_open", "Incidents that are not resolved.", figures->open_incidents);
    gauge("mooring_notifications_waiting", "Notifications that no sink has taken yet.",
          figures->waiting);
    gauge("mooring_notifications_dead", "Notifications that were given up and are kept.",
          figures->dead);
  }
  if (!api.use.delivery_figures) return;
  const control::DeliveryFigures figures = api.use.delivery_figures();
  const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    out.Family(name, "counter", help);
    out.Sample({}, AsDouble(value));
  };
  counter("mooring_deliveries_total", "Notifications delivered.", figures.delivered);
  counter("mooring_delivery_failures_total", "Attempts that failed.", figures.failed_attempts);
  counter("mooring_deliveries_given_up_total", "Notifications given up.", figures.dead);
}

void WriteLoaded(const Api& api, Exposition& out) {
  const auto snapshot = api.use.snapshot();
  if (snapshot == nullptr) return;
  out.Family("mooring_served_revision", "gauge", "Revision of the desired state that serves.");
  out.Sample({}, AsDouble(snapshot->revision));
  out.Family("mooring_loaded_version", "gauge", "1 for each loaded version, by role.");
  for (const auto& [name, model] : snapshot->models) {
    for (const auto& [number, version] : model.versions) {
      const bool champion = model.champion && model.champion->number == number;
      const bool previous = model.previous && model.previous->number == number;
      out.Sample({{"model", name},
                  {"version", std::to_string(number)},
                  {"role", champion   ? "champion"
                           : previous ? "previous"
                                      : "other"}},
                 1);
    }
  }
  out.Family("mooring_load_problem", "gauge", "1 where the desired version could not be loaded.");
  for (const auto& [name, model] : snapshot->models) {
    out.Sample({{"model", name}}, model.problem ? 1 : 0);
  }
}

void WriteProcess(const Api& api, Exposition& out) {
  if (api.use.http_counts) {
    const HttpServer::Counts counts = api.use.http_counts();
    out.Family("mooring_connections", "gauge", "Open connections.");
    out.Sample({}, AsDouble(counts.open));
    out.Family("mooring_connections_accepted_total", "counter", "Accepted connections.");
    out.Sample({}, AsDouble(counts.accepted));
    out.Family("mooring_connections_refused_total", "counter", "Connections refused over the cap.");
    out.Sample({}, AsDouble(counts.refused));
  }
  const ProcessFigures process = ReadProcess();
  out.Family("process_resident_memory_bytes", "gauge", "Resident memory.");
  out.Sample({}, AsDouble(process.resident_bytes));
  out.Family("process_open_fds", "gauge", "Open file descriptors.");
  out.Sample({}, AsDouble(process.open_files));
  out.Family("process_cpu_seconds_total", "counter", "User and system CPU time.");
  out.Sample({}, process.cpu_seconds);
  out.Family("mooring_build_info", "gauge", "1; the version is the label.");
  out.Sample({{"version", MOORING_VERSION}}, 1);
}

}  // namespace

std::string MetricsText(const Api& api, const records::Principal& caller) {
  std::string text;
  Exposition out(text, [&caller](std::string_view model) { return caller.Sees(model); });
  WriteRequests(api, out);
  WriteDecisions(api.use.decider->metrics().Read(), out);
  WriteJournal(api, out);
  WriteDrift(api, out);
  WriteAlerts(api, out);
  WriteLimits(api, out);
  WriteLoaded(api, out);
  WriteProcess(api, out);
  return text;
}

void Metrics(const Call& call) {
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = MetricsText(*call.api, *call.principal);
  call.Answer(std::move(response));
}

}  // namespace mooring::api
