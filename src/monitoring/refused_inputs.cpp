#include "monitoring/refused_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mooring::monitoring {
namespace {

// As missing values are judged.
constexpr double kPoint = 0.01, kFivePoints = 0.05;
constexpr double kErrors = 3, kCertainErrors = 5;
constexpr double kFewRequests = 3;
constexpr std::uint64_t kLeastAsked = 20, kLeastUsual = 200;
constexpr std::size_t kCausesTold = 3;
constexpr Micros kSoon = std::chrono::minutes(1), kLong = std::chrono::hours(1);

double Share(std::uint64_t part, std::uint64_t of) {
  return of == 0 ? 0 : static_cast<double>(part) / static_cast<double>(of);
}

// "distance max 98, origin unseen 33 and others".
std::string Told(const std::vector<RefusedCause>& causes) {
  std::string text;
  for (std::size_t i = 0; i < std::min(causes.size(), kCausesTold); ++i) {
    const RefusedCause& cause = causes[i];
    text += fmt::format("{}{}{}{} {}", i == 0 ? "" : ", ", cause.feature,
                        cause.feature.empty() ? "" : " ", cause.rule, cause.requests);
  }
  return text + (causes.size() > kCausesTold ? " and others" : "");
}

}  // namespace

Finding RefusedFinding(const RefusedRequests& requests, std::uint64_t usual_asked) {
  const double usual = std::isnan(requests.usual_share) ? 0 : requests.usual_share;
  const double share = Share(requests.refused, requests.asked), over = share - usual;
  const auto asked = static_cast<double>(requests.asked);
  // Of windows that had none refused it is only known that few are.
  const double r =
      std::max(usual, 1 / static_cast<double>(std::max<std::uint64_t>(usual_asked, 1000)));
  const double errors = over / std::sqrt(std::max(r * (1 - r), 1e-12) / asked);
  Finding finding{.kind = "refused_inputs"};
  finding.statistic = "refused_share";
  finding.value = share;
  finding.threshold = usual + kPoint;
  finding.n = requests.asked;
  finding.p_value = std::erfc(errors / std::sqrt(2.0)) / 2;
  finding.sureness = fmt::format("{:.1f} standard errors above the windows before", errors);
  if (requests.asked < kLeastAsked || over * asked < kFewRequests) return finding;
  if (!(over > kPoint && errors > kErrors)) return finding;
  finding.level = over > kFivePoints ? Level::kAlert : Level::kWarn;
  finding.certain = over > kFivePoints && errors > kCertainErrors;
  finding.what =
      fmt::format("{:.1f} % of requests were refused by the contract; it was {:.1f} %: {}",
                  share * 100, usual * 100, Told(requests.causes));
  return finding;
}

void RefusedInputs::OfVersion::Begin() {
  counts = {};
  causes.clear();
}

void RefusedInputs::OnDecided(const WindowKey& key) { ++versions_[key].counts.asked; }

void RefusedInputs::OnRefused(const records::Refusal& refusal) {
  if (refusal.version == 0 || refusal.rule.empty()) return;
  OfVersion& of = versions_[WindowKey(refusal.model, refusal.version)];
  if (of.counts.refused == 0) of.first = refusal.at;
  of.last = std::max(of.first, refusal.at);
  ++of.counts.asked;
  ++of.counts.refused;
  for (RefusedCause& cause : of.causes) {
    if (cause.feature != refusal.feature || cause.rule != refusal.rule) continue;
    ++cause.requests;
    return;
  }
  if (of.causes.size() == kCauses) return;
  of.causes.push_back({std::string(refusal.feature), std::string(refusal.rule), 1});
}

void RefusedInputs::Forget(const WindowKey& key) {
  const auto of = versions_.find(key);
  if (of != versions_.end()) of->second.Begin();
}

void RefusedInputs::Conclude(OfVersion& of, WindowReport& report) {
  RefusedRequests& refused = report.refused;
  refused.asked = of.counts.asked;
  refused.refused = of.counts.refused;
  refused.causes = of.causes;
  std::ranges::stable_sort(refused.causes, std::greater(), &RefusedCause::requests);
  Counts usual;
  for (const Counts& window : of.previous) {
    usual.asked += window.asked;
    usual.refused += window.refused;
  }
  if (usual.asked >= kLeastUsual) refused.usual_share = Share(usual.refused, usual.asked);
  Finding finding = RefusedFinding(refused, usual.asked);
  const bool decides = of.counts.refused < of.counts.asked;
  if (finding.level != Level::kAlert && decides) {
    of.previous.push_back(of.counts);
    if (of.previous.size() > kPrevious) of.previous.pop_front();
  }
  of.Begin();
  if (finding.level == Level::kClear) return;
  finding.help = "mooring log tail --model " + report.model;
  report.findings.push_back(std::move(finding));
}

void RefusedInputs::Conclude(const WindowKey& key, WindowReport& report) {
  const auto of = versions_.find(key);
  if (of != versions_.end()) Conclude(of->second, report);
}

std::vector<WindowReport> RefusedInputs::Due(Time now) {
  std::vector<WindowReport> due;
  for (auto& [key, of] : versions_) {
    const bool nothing_decided = of.counts.asked == of.counts.refused;
    if (of.counts.refused == 0 || !nothing_decided) continue;
    const Micros lasts = now - of.first;
    if (lasts < (of.counts.refused >= kOutage ? kSoon : kLong)) continue;
    if (now - of.last >= 2 * kLong) {  // long over; met again after a restart
      of.Begin();
      continue;
    }
    WindowReport report;
    report.model = key.first;
    report.version = key.second;
    report.start = of.first;
    report.end = of.last;
    report.reason = fmt::format("no request was decided, {} were refused", of.counts.refused);
    Conclude(of, report);
    if (!report.findings.empty()) due.push_back(std::move(report));
  }
  return due;
}

}  // namespace mooring::monitoring
