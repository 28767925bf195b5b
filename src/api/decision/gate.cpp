#include "api/decision/gate.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "serving/kill_switch.h"
#include "serving/reasons.h"

namespace mooring::api {
namespace {

using records::Verdict;

// One is made for every answer, so it copies no text: names are those of what it shares.
class KillGate final : public SendGate {
 public:
  KillGate(const Call& call, const serving::DecisionAnswer& answer)
      : api_(call.api),
        protocol_(call.protocol),
        served_(answer.served),
        caller_(call.principal),
        epoch_(answer.kill_epoch),
        sources_(answer.sources.size()) {
    if (sources_ <= few_.size()) {
      std::ranges::copy(answer.sources, few_.begin());
    } else {
      many_ = answer.sources;
    }
  }

  bool MayLeave() const override {
    const serving::KillSwitch& kills = *api_->use.kills;
    if (kills.epoch() == epoch_) [[likely]]
      return true;
    return std::ranges::all_of(Sources(), [&](VersionNumber version) {
      return kills.MayLeave(epoch_, served_->model, version, caller_->name());
    });
  }
  Response Instead() const override {
    return ProblemResponse(protocol_,
                           Error(Code::kUnavailable, "stopped by the kill switch")
                               .Help("ask again for what answers instead; people release it"));
  }

 private:
  std::span<const VersionNumber> Sources() const {
    return many_.empty() ? std::span(few_).first(sources_) : std::span(many_);
  }

  const std::shared_ptr<Api> api_;
  const Protocol protocol_;
  const std::shared_ptr<const serving::ServedVersion> served_;
  const std::shared_ptr<const records::Principal> caller_;
  const std::uint64_t epoch_;
  // The version that decided, the one before it and the champion; a retry that is answered with a
  // fallback is of kAnyVersion.
  const std::size_t sources_;
  std::array<VersionNumber, 4> few_{};
  std::vector<VersionNumber> many_;
};

int StatusOf(const serving::DecisionAnswer& answer) {
  if (answer.rows.size() != 1) return 200;
  const records::RowDecision& only = answer.rows[0].decision;
  if (only.verdict == Verdict::kReview) return 202;
  if (only.verdict != Verdict::kDeny || !serving::IsOfLimits(only.reason)) return 200;
  return answer.retry_ns > 0 ? 429 : 409;
}

// Names of what said no, each once, as far as they fit a header.
std::string LimitsHit(const serving::DecisionAnswer& answer) {
  constexpr std::size_t kMostBytes = 512;
  std::vector<std::string_view> names;
  std::string text;
  for (const records::LimitHit& hit : answer.limit_hits) {
    if (text.size() > kMostBytes) break;
    if (hit.advisory || std::ranges::find(names, hit.limit) != names.end()) continue;
    names.push_back(hit.limit);
    if (!text.empty()) text += ", ";
    text += hit.limit;
  }
  return text;
}

void AddHeaders(const serving::DecisionAnswer& answer, Response& response) {
  const Verdict first = answer.rows.empty() ? Verdict::kAdmit : answer.rows[0].decision.verdict;
  const bool alike = std::ranges::all_of(
      answer.rows, [&](const auto& row) { return row.decision.verdict == first; });
  if (alike && first == Verdict::kAdmit) return;
  response.headers.emplace_back("Mooring-Verdict",
                                alike ? std::string(records::VerdictName(first)) : "mixed");
  if (const std::string hit = LimitsHit(answer); !hit.empty()) {
    response.headers.emplace_back("Mooring-Limits", hit);
  }
  const std::string& currency = answer.served->contract->decision.currency;
  if (!currency.empty() && answer.rows.size() <= kAmountsInHeader) {
    response.headers.emplace_back("Mooring-Amount-Minor", GivenAmounts(answer));
    response.headers.emplace_back("Mooring-Currency", currency);
  }
  if (response.status == 429) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t seconds = (answer.retry_ns + kSecond - 1) / kSecond;
    response.headers.emplace_back("Retry-After", std::to_string(seconds));
  }
}

}  // namespace

std::optional<std::int64_t> GivenAmount(const records::RowDecision& decision) {
  const bool none = decision.verdict == Verdict::kDeny || decision.verdict == Verdict::kReview;
  return none ? std::nullopt : std::optional(decision.amount_minor);
}

std::string GivenAmounts(const serving::DecisionAnswer& answer) {
  std::string text;
  for (const serving::DecidedRow& row : answer.rows) {
    if (!text.empty()) text += ',';
    const auto amount = GivenAmount(row.decision);
    text += amount ? std::to_string(*amount) : "null";
  }
  return text;
}

std::shared_ptr<const SendGate> GateOf(const Call& call, const serving::DecisionAnswer& answer) {
  if (call.api->use.kills == nullptr || answer.sources.empty()) return nullptr;
  return std::make_shared<const KillGate>(call, answer);
}

Response DecisionResponse(const Call& call, const serving::DecisionAnswer& answer,
                          std::string body) {
  Response response;
  response.status = StatusOf(answer);
  response.body = std::move(body);
  AddHeaders(answer, response);
  response.gate = GateOf(call, answer);
  return response;
}

}  // namespace mooring::api
