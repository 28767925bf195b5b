#include "control/reviews/review_items.h"

#include <algorithm>

#include "base/text/json_writer.h"
#include "records/contract/currency.h"
#include "records/journal/told_hit.h"
#include "records/reviews/review_limits.h"

namespace mooring::control {
namespace {

using records::Contract;
using records::FallbackCause;
using records::FallbackStep;
using records::LimitAction;
using records::LimitHit;
using records::LimitKind;
using records::Review;

constexpr int kUsualDigits = 2;  // of an amount without a currency

FallbackCause CauseOf(LimitKind kind) {
  switch (kind) {
    case LimitKind::kBound:
    case LimitKind::kCollar: return FallbackCause::kInvalid;
    case LimitKind::kFreshness:
    case LimitKind::kQuality: return FallbackCause::kQuality;
    default: return FallbackCause::kExhausted;
  }
}

// Of the enforced hits the one that decided: as serving, the first of the gravest.
FallbackCause CauseOf(const Contract& contract, std::string_view reason,
                      std::span<const LimitHit> hits, std::uint32_t row) {
  if (reason == "killed") return FallbackCause::kKilled;
  if (reason == "limit_input_invalid") return FallbackCause::kInvalid;
  FallbackCause cause = FallbackCause::kInvalid;
  std::optional<LimitAction> gravest;
  for (const LimitHit& hit : hits) {
    const records::LimitRule* rule = hit.row == row ? contract.FindLimit(hit.limit) : nullptr;
    if (rule == nullptr || hit.advisory) continue;
    const LimitAction action = std::max(rule->then, LimitAction::kFallback);
    if (gravest.has_value() && action <= *gravest) continue;
    gravest = action;
    cause = CauseOf(rule->kind);
  }
  return cause;
}

const FallbackStep* ReviewStep(const Contract& contract, FallbackCause cause) {
  for (const FallbackStep& step : contract.FallbackFor(cause)) {
    if (step.kind == FallbackStep::Kind::kReview) return &step;
  }
  return nullptr;
}

void WriteSlot(JsonWriter& json, const data::Column& column, std::size_t row) {
  if (column.IsNull(row)) {
    json.Null();
    return;
  }
  switch (column.type()) {
    case data::Type::kInt32: json.Value(column.Values<std::int32_t>()[row]); return;
    case data::Type::kInt64: json.Value(column.Values<std::int64_t>()[row]); return;
    case data::Type::kFloat32: json.Value(column.Values<float>()[row]); return;
    case data::Type::kFloat64: json.Value(column.Values<double>()[row]); return;
    case data::Type::kBool: json.Value(column.Values<std::uint8_t>()[row] != 0); return;
    case data::Type::kTimestamp:
      json.Value(FormatTime(Time(Micros(column.Values<std::int64_t>()[row]))));
      return;
    case data::Type::kString:
    case data::Type::kCategory: json.Value(column.Text(row)); return;
  }
}

// What is too long to be read by a person is left out.
std::string InputsJson(const data::Batch* inputs, std::size_t row) {
  if (inputs == nullptr) return "{}";
  std::string text;
  JsonWriter json(text);
  json.BeginObject();
  for (std::size_t i = 0; i < inputs->width(); ++i) {
    json.Key(inputs->schema().field(i).name);
    WriteSlot(json, inputs->column(i), row);
  }
  json.EndObject();
  return text.size() > limits::kReviewInputsBytes ? "{}" : text;
}

void WriteUnits(JsonWriter& json, std::string_view key, std::optional<std::int64_t> units) {
  json.Key(key);
  units ? json.Value(*units) : json.Null();
}

// Values are whole minor units.
std::string HitsJson(const Contract& contract, std::span<const LimitHit> hits, std::uint32_t row) {
  std::string text;
  JsonWriter json(text);
  json.BeginArray();
  for (const LimitHit& hit : hits) {
    if (hit.row != row) continue;
    const records::LimitRule* const rule = contract.FindLimit(hit.limit);
    const records::ToldHit told =
        Tell(hit, rule == nullptr ? std::optional<LimitKind>() : rule->kind);
    json.BeginObject().Member("limit", hit.limit);
    WriteUnits(json, "current", told.current);
    WriteUnits(json, "threshold", told.threshold);
    json.Member("digits", std::uint32_t{hit.digits}).Member("state", told.state);
    if (hit.resets != 0) json.Member("resets", FormatTime(Time(Micros(hit.resets))));
    if (hit.latched) json.Member("latched", true);
    if (hit.advisory) json.Member("advisory", true);
    json.EndObject();
  }
  json.EndArray();
  return text;
}

int DigitsOf(const Contract& contract) {
  if (contract.decision.amount.empty()) return -1;
  return records::CurrencyDigits(contract.decision.currency).value_or(kUsualDigits);
}

}  // namespace

ReviewTerms TermsOf(const Contract& contract, std::string_view reason,
                    std::span<const LimitHit> hits, std::uint32_t row) {
  const FallbackStep* step = ReviewStep(contract, CauseOf(contract, reason, hits, row));
  // A collar's missing reference leaves no trace of its own but the chain that it took.
  if (step == nullptr) step = ReviewStep(contract, FallbackCause::kUnavailable);
  if (step == nullptr || step->deadline.count() <= 0) return {limits::kReviewDeadline, {}};
  return {step->deadline, step->at_deadline};
}

std::vector<Review> ReviewsOf(const records::ReadDecisions& block, const Contract& contract,
                              ReasonName reason_name) {
  std::span<const LimitHit> hits;
  if (block.limits != nullptr) hits = block.limits->hits;
  std::vector<Review> reviews;
  for (std::uint32_t row = 0; row < block.rows.size(); ++row) {
    if (block.rows[row].verdict != records::Verdict::kReview) continue;
    Review review;
    review.decision = block.first;
    review.decision.ordinal += row;
    review.model = block.binding->model;
    review.version = block.binding->version;
    review.caller = block.caller;
    review.request_id = block.request_id;
    review.at = block.at;
    review.reason = reason_name(block.rows[row].reason);
    review.digits = DigitsOf(contract);
    review.currency = contract.decision.currency;
    const ReviewTerms terms = TermsOf(contract, review.reason, hits, row);
    review.deadline = block.at + terms.deadline;
    review.at_deadline = terms.at_deadline;
    review.inputs_json = InputsJson(block.inputs, row);
    review.hits_json = HitsJson(contract, hits, row);
    reviews.push_back(std::move(review));
  }
  return reviews;
}

}  // namespace mooring::control
