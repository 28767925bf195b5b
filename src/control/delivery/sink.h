// Sink: where notifications go. One file per kind: webhook, alertmanager, command; MakeSink knows
// them all. alerts_file.h reads their configuration.
//
// Thread safety: one call at a time. Ownership: borrows the seams, which outlive it. Failure: an
// answer, never an error: what came back is shown to people as it is.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/io/child_process.h"
#include "base/net/transport.h"
#include "control/delivery/announce.h"
#include "records/incidents/incident.h"

namespace mooring::control {

struct SinkConfig {
  enum class Kind : std::uint8_t { kWebhook, kAlertmanager, kCommand } kind = Kind::kWebhook;
  Audience audience;                 // its name, severity and models
  std::string url;                   // webhook, alertmanager
  std::vector<std::string> command;  // program and arguments; no shell reads them
  std::string secret;                // webhook: signs the body; empty: unsigned
  std::chrono::milliseconds timeout{10'000};
  std::chrono::milliseconds resend{60'000};  // alertmanager: how often what fires is told again
};
std::string_view SinkKindName(SinkConfig::Kind kind);  // "webhook", "alertmanager", "command"

struct SinkAnswer {
  bool delivered = false;
  bool refused = false;  // for good: the same again would be refused again
  std::string text;      // "200", "503: busy", "cannot connect"
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual SinkAnswer Send(const records::Notification& notification) = 0;
  // How often Repeat is wanted; nullopt: never.
  virtual std::optional<std::chrono::milliseconds> repeats() const { return std::nullopt; }
  // Says once more what fires now.
  virtual SinkAnswer Repeat(std::span<const records::AlertRecord>) { return {}; }

  const Audience& audience() const { return audience_; }
  const std::string& name() const { return audience_.sink; }

 protected:
  explicit Sink(Audience audience) : audience_(std::move(audience)) {}

 private:
  const Audience audience_;
};

struct SinkSeams {
  Transport* transport = nullptr;
  const Clock* clock = nullptr;
  ProgramRunner* programs = nullptr;
};

std::unique_ptr<Sink> MakeSink(const SinkConfig& config, const SinkSeams& seams);
std::unique_ptr<Sink> MakeWebhook(const SinkConfig& config, const SinkSeams& seams);
std::unique_ptr<Sink> MakeAlertmanager(const SinkConfig& config, const SinkSeams& seams);
std::unique_ptr<Sink> MakeCommandSink(const SinkConfig& config, const SinkSeams& seams);

// The body with its id in front: {"id": "…", "schema": …}.
std::string BodyOf(const records::Notification& notification);
// What an HTTP answer, or the want of one, means. Of the URL only scheme and host are shown: the
// rest is a secret with many receivers.
SinkAnswer Judge(const Result<HttpAnswer>& answer, std::string_view url);

// A notification that says only that it is a test.
records::Notification TestNotification(const std::string& sink, Time now);

}  // namespace mooring::control
