#include "app/alerting.h"

#include <utility>
#include <vector>

#include "base/io/child_process.h"

namespace mooring::app {

Result<std::unique_ptr<Alerting>> Alerting::Open(Options options) {
  std::unique_ptr<Alerting> alerting(new Alerting(std::move(options)));
  const Options& use = alerting->options_;
  control::AlertsConfig config;
  if (!use.alerts_file.empty()) {
    ASSIGN_OR_RETURN(config, control::ReadAlertsFile(*use.files, use.alerts_file));
  }
  ASSIGN_OR_RETURN(alerting->store_, records::IncidentStore::Open(use.file));
  alerting->desk_.emplace(*alerting->store_, *use.clock);
  alerting->desk_->TellOf(*use.audit, "api");
  alerting->MakeResponder(config);
  alerting->MakeCourier(config);
  return alerting;
}

void Alerting::MakeResponder(const control::AlertsConfig& config) {
  control::Responder::Options respond;
  respond.verdicts = [this](std::uint64_t after, std::size_t limit) {
    return options_.registry->VerdictsAfter(after, limit);
  };
  respond.store = store_.get();
  respond.clock = options_.clock;
  respond.owner_of = control::OwnersOf(*options_.registry);
  respond.rules = control::RuleBook(config.rules);
  respond.left_service = control::LeftServiceOf(*options_.registry);
  respond.on_problem = [this](const Error& error) { options_.log->Error("respond", error); };
  for (const control::SinkConfig& sink : config.sinks) respond.audiences.push_back(sink.audience);
  responder_.emplace(std::move(respond));
}

void Alerting::MakeCourier(const control::AlertsConfig& config) {
  std::vector<std::unique_ptr<control::Sink>> sinks;
  for (const control::SinkConfig& sink : config.sinks) {
    sinks.push_back(
        control::MakeSink(sink, {options_.transport, options_.clock, &ChildProcesses()}));
  }
  control::Courier::Options courier;
  courier.store = store_.get();
  courier.clock = options_.clock;
  courier.retry = config.retry;
  courier.seed = static_cast<std::uint64_t>(options_.clock->Now().time_since_epoch().count());
  courier.on_problem = [this](const Error& error) { options_.log->Error("delivery", error); };
  courier_.emplace(std::move(courier), std::move(sinks));
}

void Alerting::Start() {
  respond_thread_ = NamedThread("respond", [this](std::stop_token stop) { responder_->Run(stop); });
  courier_thread_ = NamedThread("courier", [this](std::stop_token stop) { courier_->Run(stop); });
}

void Alerting::Stop() {
  respond_thread_.RequestStop();
  courier_thread_.RequestStop();
  respond_thread_.Join();
  courier_thread_.Join();
}

}  // namespace mooring::app
