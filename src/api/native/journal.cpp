#include "api/native/journal.h"

#include <charconv>

#include "api/decision/outputs.h"
#include "api/http/target.h"
#include "api/native/verdicts.h"
#include "base/text/json_writer.h"
#include "records/journal/reader.h"

namespace mooring::api {
namespace {

using records::JournalPosition;

void WriteRow(JsonWriter& json, std::string_view key, const data::Batch& batch, std::size_t row) {
  json.Key(key).BeginObject();
  for (std::size_t i = 0; i < batch.width(); ++i) {
    json.Key(batch.schema().field(i).name);
    WriteValue(json, batch.column(i), row);
  }
  json.EndObject();
}

// Of a record that is large in rows or in bytes the first rows are shown, each with the number that
// the record has.
class TailWriter final : public records::JournalVisitor {
 public:
  TailWriter(const records::Principal& caller, std::string& body)
      : caller_(caller), body_(body), json_(body) {
    json_.BeginObject().Key("records").BeginArray();
  }
  bool IsFull() const { return body_.size() >= kTailBytes; }
  void Finish(JournalPosition next) {
    const std::string place = std::to_string(next.segment) + ":" + std::to_string(next.offset);
    json_.EndArray().Member("next", place).EndObject();
  }

  void OnDecisions(const records::ReadDecisions& block) override {
    if (!caller_.May(kRead, block.binding->model)) return;
    const std::size_t begin = body_.size();
    for (std::size_t row = 0; row < block.rows.size() && Shows(row, begin); ++row) {
      DecisionId id = block.first;
      id.ordinal += static_cast<std::uint32_t>(row);
      json_.BeginObject().Member("kind", "decision").Member("id", id.ToString());
      WriteCount(block.rows.size());
      json_.Member("at", FormatTime(block.at)).Member("model", block.binding->model);
      json_.Member("version", block.binding->version)
          .Member("contract", block.binding->contract_hash);
      json_.Member("caller", block.caller).Member("request_id", block.request_id);
      json_.Member("verdict", records::VerdictName(block.rows[row].verdict));
      json_.Member("score", block.rows[row].score).Member("latency_us", block.latency_us);
      WriteImputed(block, static_cast<std::uint32_t>(row));
      WriteRow(json_, "inputs", *block.inputs, row);
      WriteRow(json_, "outputs", *block.outputs, row);
      json_.EndObject();
    }
  }
  // An outcome does not say of which model it is.
  void OnOutcomes(std::span<const records::Outcome> outcomes) override {
    if (!caller_.MayEverywhere(kRead)) return;
    const std::size_t begin = body_.size();
    for (std::size_t row = 0; row < outcomes.size() && Shows(row, begin); ++row) {
      const records::Outcome& outcome = outcomes[row];
      json_.BeginObject()
          .Member("kind", "outcome")
          .Member("decision_id", outcome.decision.ToString());
      WriteCount(outcomes.size());
      json_.Member("at", FormatTime(outcome.at)).Member("name", outcome.name).Key("value");
      outcome.text.empty() ? json_.Value(outcome.value) : json_.Value(outcome.text);
      json_.EndObject();
    }
  }
  void OnRefusal(const records::Refusal& refusal) override {
    if (!caller_.May(kRead, refusal.model)) return;
    json_.BeginObject().Member("kind", "refusal").Member("at", FormatTime(refusal.at));
    json_.Member("model", refusal.model).Member("code", refusal.code);
    json_.Member("feature", refusal.feature).Member("rule", refusal.rule).EndObject();
  }

 private:
  static constexpr auto kRead = records::Permission::kReadLog;
  bool Shows(std::size_t row, std::size_t begin) const {
    return row < kTailRows && (row == 0 || body_.size() - begin < kTailBytes);
  }
  void WriteCount(std::size_t rows) {
    if (rows > 1) json_.Member("rows", rows);
  }
  void WriteImputed(const records::ReadDecisions& block, std::uint32_t row) {
    const auto names = records::ImputedNames(block, row);
    if (names.empty()) return;
    json_.Key("imputed").BeginArray();
    for (const std::string_view name : names) json_.Value(name);
    json_.EndArray();
  }

  const records::Principal& caller_;
  std::string& body_;
  JsonWriter json_;
};

Result<JournalPosition> ParsePosition(std::string_view text) {
  JournalPosition place;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, place.segment);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == ':') {
    const auto second = std::from_chars(first.ptr + 1, end, place.offset);
    if (second.ec == std::errc() && second.ptr == end) return place;
  }
  return Error(Code::kInvalidArgument, "'from' is not a place such as 57:1234");
}

Result<std::string> TailJson(const Call& call) {
  const Dependencies& use = call.api->use;
  if (use.journal == nullptr || use.files == nullptr) {
    return Error(Code::kUnavailable, "this server runs without a journal");
  }
  ASSIGN_OR_RETURN(const std::size_t limit, LimitOf(call, 100, 1000));
  const JournalPosition end = use.journal->Durable();
  JournalPosition next = end;
  std::string body;
  TailWriter writer(*call.principal, body);
  if (const std::string from = QueryValue(call.request->query, "from"); !from.empty()) {
    ASSIGN_OR_RETURN(next, ParsePosition(from));
    ASSIGN_OR_RETURN(const auto reader,
                     records::JournalReader::Open(*use.files, use.journal_directory, next));
    for (std::size_t shown = 0; shown < limit && !writer.IsFull(); ++shown) {
      ASSIGN_OR_RETURN(const std::size_t read, reader->Read(end, 1, writer));
      if (read == 0) break;
      next = reader->position();
    }
  }
  writer.Finish(next);
  return body;
}

}  // namespace

void TailJournal(const Call& call) { AnswerAside(call, call.api->use.later, TailJson); }

}  // namespace mooring::api
