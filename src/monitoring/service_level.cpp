#include "monitoring/service_level.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mooring::monitoring {
namespace {

using std::chrono::minutes;

struct BurnRule {
  double bound;
  minutes long_window, short_window;
  Level level;
};
constexpr std::array<BurnRule, 4> kBurnRules = {{
    {14.4, minutes(60), minutes(5), Level::kAlert},
    {6, minutes(6 * 60), minutes(30), Level::kAlert},
    {3, minutes(24 * 60), minutes(2 * 60), Level::kWarn},
    {1, minutes(72 * 60), minutes(6 * 60), Level::kWarn},
}};
constexpr std::uint64_t kLeastEvents = 100;
constexpr double kSlowAllowed = 0.05;  // p95
constexpr std::int64_t kHour = 60, kDay = 24 * 60;
constexpr double kStep = 1.12;  // between latency buckets
constexpr double kVolumeFactor = 3;

std::int64_t MinuteOf(Time at) {
  return std::chrono::floor<minutes>(at.time_since_epoch()).count();
}

bool IsOurFault(std::string_view code) {
  return code == "unavailable" || code == "resource_exhausted" || code == "deadline_exceeded" ||
         code == "internal" || code == "data_loss";
}

double Share(std::uint64_t part, std::uint64_t of) {
  return of == 0 ? 0 : static_cast<double>(part) / static_cast<double>(of);
}

std::size_t BucketOf(std::uint32_t latency_us, std::size_t buckets) {
  if (latency_us <= 1) return 0;
  const double place = std::log(static_cast<double>(latency_us)) / std::log(kStep);
  return std::min(static_cast<std::size_t>(place), buckets - 1);
}

}  // namespace

ServicePromise ServicePromise::Of(const records::Contract& contract) {
  ServicePromise promise;
  if (contract.latency_p95_ms) promise.latency_p95_ms = *contract.latency_p95_ms;
  promise.availability_pct = contract.availability_pct;
  promise.silence = contract.monitor.silence;
  return promise;
}

ServiceLevel::Minute* ServiceLevel::At(Time at) {
  const std::int64_t minute = MinuteOf(at);
  if (minute < 0 || (newest_ >= 0 && minute <= newest_ - kMinutes)) return nullptr;
  if (newest_ < 0 || minute - newest_ >= kMinutes) {
    std::ranges::fill(minutes_, Minute());
  } else {
    for (std::int64_t next = newest_ + 1; next <= minute; ++next) {
      minutes_[static_cast<std::size_t>(next % kMinutes)] = {};
    }
  }
  newest_ = std::max(newest_, minute);
  return &minutes_[static_cast<std::size_t>(minute % kMinutes)];
}

void ServiceLevel::AddDecisions(Time at, std::uint32_t latency_us, std::uint64_t rows,
                                VersionNumber version) {
  Minute* const minute = At(at);
  if (minute == nullptr || rows == 0) return;
  version_ = version;
  last_decision_ = std::max(last_decision_.value_or(at), at);
  ++minute->valid;  // a request, however many rows
  const bool slow = promise_.latency_p95_ms && latency_us > *promise_.latency_p95_ms * 1000;
  minute->slow += slow ? 1 : 0;
  const std::int64_t hour = MinuteOf(at) / kHour;
  if (hour > latency_hour_) {
    latencies_[0] =
        hour == latency_hour_ + 1 ? latencies_[1] : std::array<std::uint32_t, kLatencies>{};
    latencies_[1] = {};
    latency_hour_ = hour;
  }
  ++latencies_[hour == latency_hour_ ? 1 : 0][BucketOf(latency_us, kLatencies)];
}

void ServiceLevel::AddRefusal(Time at, std::string_view code) {
  if (!IsOurFault(code)) return;
  Minute* const minute = At(at);
  if (minute == nullptr) return;
  ++minute->valid;
  ++minute->failed;
}

ServiceLevel::Sum ServiceLevel::Over(std::int64_t end_minute, std::int64_t count) const {
  Sum sum;
  for (std::int64_t minute = std::max(end_minute - count, newest_ - kMinutes + 1);
       minute < end_minute && minute <= newest_; ++minute) {
    if (minute < 0) continue;
    const Minute& one = minutes_[static_cast<std::size_t>(minute % kMinutes)];
    sum.valid += one.valid;
    sum.failed += one.failed;
    sum.slow += one.slow;
  }
  return sum;
}

double ServiceLevel::Quantile(std::int64_t end_minute, double q) const {
  std::array<std::uint64_t, kLatencies> counts{};
  std::uint64_t all = 0;
  for (std::size_t age = 0; age < 2; ++age) {
    if (end_minute / kHour > latency_hour_ + 1) continue;
    for (std::size_t i = 0; i < kLatencies; ++i) counts[i] += latencies_[age][i];
  }
  for (const std::uint64_t count : counts) all += count;
  if (all == 0) return std::nan("");
  std::uint64_t below = 0;
  std::size_t bucket = 0;
  while (bucket + 1 < kLatencies &&
         static_cast<double>(below += counts[bucket]) < q * static_cast<double>(all)) {
    ++bucket;
  }
  return std::pow(kStep, static_cast<double>(bucket) + 0.5) / 1000;
}

void ServiceLevel::AddBurnRate(std::int64_t minute, std::string_view promise,
                               ServiceReport& report) const {
  const bool latency = promise == "latency";
  const double allowed = latency ? kSlowAllowed : 1 - *promise_.availability_pct / 100;
  if (!(allowed > 0)) return;
  for (const BurnRule& rule : kBurnRules) {
    const Sum in_long = Over(minute, rule.long_window.count());
    const Sum in_short = Over(minute, rule.short_window.count());
    BurnRate rate{std::string(promise), rule.long_window, rule.short_window, rule.bound};
    rate.long_rate = Share(latency ? in_long.slow : in_long.failed, in_long.valid) / allowed;
    rate.short_rate = Share(latency ? in_short.slow : in_short.failed, in_short.valid) / allowed;
    const bool burning = in_long.valid >= kLeastEvents && rate.long_rate > rule.bound &&
                         rate.short_rate > rule.bound;
    if (burning) rate.level = rule.level;
    report.burn_rates.push_back(rate);
    if (!burning) continue;
    Finding finding;
    finding.kind = "error_budget";
    finding.subject = promise;
    finding.level = rule.level;
    finding.certain = rule.level == Level::kAlert;
    finding.what =
        fmt::format("{} burns its error budget {:.1f} times too fast", promise, rate.long_rate);
    finding.statistic = "burn_rate";
    finding.value = rate.long_rate;
    finding.threshold = rule.bound;
    finding.n = in_long.valid;
    finding.sureness = fmt::format("over {} h and {} min at once", rule.long_window.count() / 60,
                                   rule.short_window.count());
    finding.help = "mooring log tail --model " + model_;
    report.findings.push_back(std::move(finding));
    return;  // the sharpest rule speaks for the rest
  }
}

void ServiceLevel::AddSlowness(std::int64_t minute, ServiceReport& report) const {
  const Sum recent = Over(minute, 5);
  if (!promise_.latency_p95_ms || recent.valid < kLeastEvents) return;
  const double slow = Share(recent.slow, recent.valid);
  if (slow <= kSlowAllowed) return;
  Finding finding;
  finding.kind = "latency";
  finding.level = Level::kAlert;
  finding.what = fmt::format("{:.1f} % of the answers of 5 minutes took longer than {:g} ms",
                             slow * 100, *promise_.latency_p95_ms);
  finding.statistic = "slow_share";
  finding.value = slow;
  finding.threshold = kSlowAllowed;
  finding.n = recent.valid;
  finding.help = "mooring doctor";
  report.findings.push_back(std::move(finding));
}

void ServiceLevel::AddSilence(Time now, ServiceReport& report) const {
  if (promise_.silence.count() == 0 || !last_decision_) return;
  const auto quiet = std::chrono::duration_cast<std::chrono::seconds>(now - *last_decision_);
  if (quiet <= promise_.silence) return;
  Finding finding;
  finding.kind = "freshness";
  finding.level = Level::kAlert;
  finding.certain = true;
  // Without the length of the silence: a finding that changes each minute is news each minute.
  finding.what = fmt::format("no decision since {}", FormatTime(*last_decision_));
  finding.statistic = "silence_seconds";
  finding.value = static_cast<double>(promise_.silence.count());
  finding.threshold = static_cast<double>(promise_.silence.count());
  finding.help = "mooring log tail --model " + model_;
  report.findings.push_back(std::move(finding));
}

// The last hour beside the same hour of the two days before: both must say so.
void ServiceLevel::AddVolume(std::int64_t minute, ServiceReport& report) const {
  const auto now = static_cast<double>(Over(minute, kHour).valid);
  const std::int64_t oldest = newest_ - kMinutes + 1;
  const std::int64_t days = 2;
  if (minute - days * kDay - kHour < oldest) return;
  const auto one = static_cast<double>(Over(minute - kDay, kHour).valid);
  const auto two = static_cast<double>(Over(minute - 2 * kDay, kHour).valid);
  const double least = std::min(one, two), most = std::max(one, two);
  const bool fewer = least >= kLeastEvents && now * kVolumeFactor < least;
  const bool more = most > 0 && now >= kLeastEvents && now > most * kVolumeFactor;
  if (!fewer && !more) return;
  Finding finding;
  finding.kind = "volume";
  finding.level = Level::kWarn;
  finding.what = fmt::format(
      "{} requests in an hour; in the same hour of the two days before: {} "
      "and {}",
      now, one, two);
  finding.statistic = "requests";
  finding.value = now;
  finding.threshold = fewer ? least / kVolumeFactor : most * kVolumeFactor;
  finding.n = static_cast<std::uint64_t>(now);
  finding.help = "mooring log tail --model " + model_;
  report.findings.push_back(std::move(finding));
}

void ServiceLevel::AddBurnRates(std::int64_t minute, ServiceReport& report) const {
  if (promise_.availability_pct) {
    const Sum all = Over(minute, kMinutes);
    report.availability_target = *promise_.availability_pct / 100;
    const double allowed = 1 - report.availability_target;
    if (allowed > 0) report.budget_left = 1 - Share(all.failed, all.valid) / allowed;
    AddBurnRate(minute, "availability", report);
  }
  if (promise_.latency_p95_ms) {
    report.latency_target_ms = *promise_.latency_p95_ms;
    AddBurnRate(minute, "latency", report);
    AddSlowness(minute, report);
  }
}

ServiceReport ServiceLevel::Report(Time now) const {
  const std::int64_t minute = MinuteOf(now);
  ServiceReport report;
  report.model = model_;
  report.version = version_;
  report.at = Time(std::chrono::duration_cast<Micros>(minutes(minute)));
  const Sum hour = Over(minute, kHour), all = Over(minute, kMinutes);
  report.valid = hour.valid;
  report.failed = hour.failed;
  report.slow = hour.slow;
  report.p50_ms = Quantile(minute, 0.5);
  report.p95_ms = Quantile(minute, 0.95);
  report.p99_ms = Quantile(minute, 0.99);
  if (all.valid != 0) report.availability = 1 - Share(all.failed, all.valid);
  AddBurnRates(minute, report);
  AddSilence(now, report);
  AddVolume(minute, report);
  return report;
}

}  // namespace mooring::monitoring
