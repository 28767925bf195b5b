#include "control/alerts/scenario.h"

#include <algorithm>
#include <map>
#include <set>

#include "control/respond.h"
#include "records/incidents/incident_store.h"

namespace mooring::control {
namespace {

using records::AlertState;
using records::IncidentTables;
using Lines = std::vector<std::string>;
using Word = Scenario::Word;

std::string LineOf(const records::AlertRecord& alert) {
  std::string line = alert.cause.verdict_kind + "/" + alert.cause.kind;
  if (!alert.cause.subject.empty()) line += "/" + alert.cause.subject;
  line += " " + std::string(records::AlertStateName(alert.status.state));
  const bool fires = alert.status.state == AlertState::kFiring;
  return fires ? line + " " + std::string(records::SeverityName(alert.status.severity)) : line;
}

std::string LineOf(const records::IncidentRecord& incident) {
  std::string line = incident.verdict_kind + (incident.is_open() ? " open " : " resolved ");
  line += records::SeverityName(incident.severity);
  if (incident.reopened > 0) line += " reopened " + std::to_string(incident.reopened);
  return line;
}

struct Found {
  Lines alerts, incidents, notifications;
};

Result<Found> Look(records::IncidentStore& store) {
  Found found;
  const Status read = store.Read([&](IncidentTables& tables) -> Status {
    ASSIGN_OR_RETURN(const auto alerts, tables.Alerts({.limit = 100'000}));
    for (const auto& alert : alerts) found.alerts.push_back(LineOf(alert));
    ASSIGN_OR_RETURN(const auto incidents, tables.Incidents({.limit = 100'000}));
    for (const auto& incident : incidents) found.incidents.push_back(LineOf(incident));
    ASSIGN_OR_RETURN(auto told, tables.Notifications({.limit = 100'000}));
    std::reverse(told.begin(), told.end());
    for (const auto& each : told) found.notifications.push_back(each.event + " " + each.sink);
    return Ok();
  });
  RETURN_IF_ERROR(read);
  std::sort(found.alerts.begin(), found.alerts.end());
  std::sort(found.incidents.begin(), found.incidents.end());
  return found;
}

// Nothing when they are equal, else a line each: "  - expected", "  + found", "    both".
std::string Diff(const Lines& wanted, const Lines& found) {
  if (wanted == found) return "";
  // The longest common subsequence; lists are short.
  std::vector<std::vector<std::size_t>> common(wanted.size() + 1,
                                               std::vector<std::size_t>(found.size() + 1, 0));
  for (std::size_t i = wanted.size(); i-- > 0;) {
    for (std::size_t j = found.size(); j-- > 0;) {
      common[i][j] = wanted[i] == found[j] ? common[i + 1][j + 1] + 1
                                           : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::string text;
  std::size_t i = 0, j = 0;
  while (i < wanted.size() || j < found.size()) {
    if (i < wanted.size() && j < found.size() && wanted[i] == found[j]) {
      text += "\n      " + wanted[i++];
      ++j;
    } else if (j == found.size() || (i < wanted.size() && common[i + 1][j] >= common[i][j + 1])) {
      text += "\n    - " + wanted[i++];
    } else {
      text += "\n    + " + found[j++];
    }
  }
  return text;
}

class Play {
 public:
  explicit Play(const Scenario& scenario) : scenario_(scenario), clock_(scenario.start) {}

  Result<ScenarioResult> Run() {
    ASSIGN_OR_RETURN(store_, records::IncidentStore::Open(":memory:"));
    responder_.emplace(OptionsOf());
    result_.name = scenario_.name;
    for (const Moment& moment : Moments()) {
      const Time time = scenario_.start + moment.at;
      if (time > clock_.Now()) clock_.Advance(time - clock_.Now());
      if (moment.what == Moment::What::kSilence) RETURN_IF_ERROR(Silence(moment.index));
      if (moment.what == Moment::What::kWindow) Window(moment.index);
      ASSIGN_OR_RETURN(const std::size_t taken, responder_->Step());
      static_cast<void>(taken);
      if (moment.what == Moment::What::kLook) RETURN_IF_ERROR(Check(moment.index));
    }
    return std::move(result_);
  }

 private:
  // In this order where they fall together.
  struct Moment {
    std::chrono::seconds at;
    enum class What : std::uint8_t { kSilence, kWindow, kLook } what;
    std::size_t index;
    auto operator<=>(const Moment&) const = default;
  };

  std::vector<Moment> Moments() const {
    std::vector<Moment> moments;
    std::size_t windows = 0;
    for (const auto& series : scenario_.series) windows = std::max(windows, series.windows.size());
    for (const auto& verdict : scenario_.verdicts) windows = std::max(windows, verdict.after);
    for (std::size_t i = 0; i < windows; ++i) {
      const auto ends = static_cast<std::int64_t>(i + 1) * scenario_.every;
      moments.push_back({ends, Moment::What::kWindow, i});
    }
    for (std::size_t i = 0; i < scenario_.silences.size(); ++i) {
      moments.push_back({scenario_.silences[i].at, Moment::What::kSilence, i});
    }
    for (std::size_t i = 0; i < scenario_.expectations.size(); ++i) {
      moments.push_back({scenario_.expectations[i].at, Moment::What::kLook, i});
    }
    std::sort(moments.begin(), moments.end());
    return moments;
  }

  Responder::Options OptionsOf() {
    Responder::Options options;
    options.verdicts = [this](std::uint64_t after, std::size_t limit) {
      return Behind(after, limit);
    };
    options.store = store_.get();
    options.clock = &clock_;
    options.owner_of = [this](std::string_view) -> Result<records::Owner> {
      return scenario_.owner;
    };
    options.audiences = scenario_.audiences;
    options.rules = RuleBook(scenario_.rules);
    return options;
  }

  Result<std::vector<records::StoredVerdict>> Behind(std::uint64_t after, std::size_t limit) const {
    std::vector<records::StoredVerdict> found;
    for (std::size_t i = after; i < verdicts_.size() && found.size() < limit; ++i) {
      found.push_back(verdicts_[i]);
    }
    return found;
  }

  Status Silence(std::size_t index) {
    records::Silence silence = scenario_.silences[index].silence;
    silence.created = clock_.Now();
    silence.until = silence.created + scenario_.silences[index].length;
    return store_->Write([&](IncidentTables& tables) { return tables.Save(silence); });
  }

  // One verdict a kind, of all its series.
  void Window(std::size_t index) {
    std::map<std::string, std::vector<monitoring::Finding>> findings;
    std::set<std::string> too_few;
    for (const Scenario::Series& series : scenario_.series) {
      if (index >= series.windows.size()) continue;
      const Word& word = series.windows[index];
      if (word.kind == Word::Kind::kNoWindow) continue;
      auto& of_kind = findings[series.cause.verdict_kind];
      if (word.kind == Word::Kind::kTooFewRows) too_few.insert(series.cause.verdict_kind);
      if (word.level == monitoring::Level::kClear) continue;
      monitoring::Finding finding;
      finding.kind = series.cause.kind;
      finding.subject = series.cause.subject;
      finding.level = word.level;
      finding.certain = word.certain;
      of_kind.push_back(std::move(finding));
    }
    for (const auto& [kind, list] : findings) {
      Store({.kind = kind,
             .verdict = too_few.contains(kind) ? "not_enough_data" : "ok",
             .findings = list});
    }
    for (const Scenario::PlacedVerdict& verdict : scenario_.verdicts) {
      if (verdict.after == index + 1) Store(verdict);
    }
  }

  // As of the window that ends now.
  void Store(const Scenario::PlacedVerdict& says) {
    records::StoredVerdict verdict;
    verdict.model = scenario_.model;
    verdict.version = says.version;
    verdict.window_end = clock_.Now();
    verdict.window_start = clock_.Now() - scenario_.every;
    verdict.kind = says.kind;
    verdict.verdict = says.verdict;
    verdict.findings_json = monitoring::FindingsJson(says.findings);
    verdict.sequence = verdicts_.size() + 1;
    verdicts_.push_back(std::move(verdict));
  }

  Status Check(std::size_t index) {
    const Scenario::Expectation& wanted = scenario_.expectations[index];
    ASSIGN_OR_RETURN(const Found found, Look(*store_));
    Compare(wanted, "alerts", wanted.alerts, found.alerts);
    Compare(wanted, "incidents", wanted.incidents, found.incidents);
    Compare(wanted, "notifications", wanted.notifications, found.notifications);
    return Ok();
  }

  void Compare(const Scenario::Expectation& expectation, const char* what,
               std::optional<Lines> wanted, const Lines& found) {
    if (!wanted) return;
    ++result_.checks;
    if (std::string_view(what) != "notifications") std::sort(wanted->begin(), wanted->end());
    const std::string diff = Diff(*wanted, found);
    if (!diff.empty()) result_.failures.push_back(expectation.when + ": " + what + diff);
  }

  const Scenario& scenario_;
  SimulatedClock clock_;
  std::vector<records::StoredVerdict> verdicts_;
  std::unique_ptr<records::IncidentStore> store_;
  std::optional<Responder> responder_;
  ScenarioResult result_;
};

}  // namespace

Result<ScenarioResult> RunScenario(const Scenario& scenario) { return Play(scenario).Run(); }

}  // namespace mooring::control
