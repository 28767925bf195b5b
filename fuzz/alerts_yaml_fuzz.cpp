// Any bytes as an alerts file and as scenarios: refused with the place of every error, or read.
// Scenarios that are small enough are run, twice with the same outcome.
#include <cstdint>
#include <cstdlib>
#include <set>

#include "base/io/simulated_file_system.h"
#include "control/alerts/scenario.h"
#include "control/delivery/alerts_file.h"
#include "records/incidents/incident_limits.h"

namespace {

using namespace mooring;  // NOLINT: a program of one file

// Of a scenario that is run: an input has to be over within milliseconds.
constexpr std::size_t kMostWords = 60, kMostParts = 8;

FileSystem& Files() {
  static SimulatedFileSystem files;
  static const bool is_written = files.WriteFileDurably("/key", AsBytes("0123456789abcdef")).ok();
  if (!is_written) std::abort();
  return files;
}

void CheckAlerts(std::string_view text) {
  const auto config = control::ParseAlerts(text, "alerts", Files());
  if (!config.ok()) {
    if (!config.error().message().starts_with("alerts:")) std::abort();
    return;
  }
  if (config->sinks.size() > limits::kSinks) std::abort();
  if (config->retry.longest < config->retry.first || config->retry.attempts == 0) std::abort();
  std::set<std::string> names;
  for (const control::SinkConfig& sink : config->sinks) {
    if (!names.insert(sink.audience.sink).second || sink.audience.sink.empty()) std::abort();
    if (sink.url.empty() == sink.command.empty()) std::abort();
    if (sink.timeout.count() <= 0) std::abort();
  }
}

bool IsSmall(const control::Scenario& scenario) {
  std::size_t words = 0;
  for (const auto& series : scenario.series) words += series.windows.size();
  return words <= kMostWords && scenario.audiences.size() <= kMostParts &&
         scenario.silences.size() <= kMostParts && scenario.expectations.size() <= kMostParts;
}

void RunTwice(const control::Scenario& scenario) {
  const auto result = control::RunScenario(scenario);
  const auto again = control::RunScenario(scenario);
  if (result.ok() != again.ok()) std::abort();
  if (result.ok() && result->failures != again->failures) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  CheckAlerts(text);
  const auto scenarios = control::ParseScenarios(text, "scenario");
  if (!scenarios.ok()) {
    if (!scenarios.error().message().starts_with("scenario:")) std::abort();
    return 0;
  }
  std::size_t run = 0;
  for (const control::Scenario& scenario : *scenarios) {
    if (run < kMostParts && IsSmall(scenario)) {
      RunTwice(scenario);
      ++run;
    }
  }
  return 0;
}
