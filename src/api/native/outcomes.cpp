#include "api/native/outcomes.h"

#include <algorithm>
#include <utility>

#include "api/json/pull.h"
#include "base/error_table.h"
#include "base/limits.h"
#include "base/text/json_writer.h"

namespace mooring::api {
namespace {

using Kind = JsonPull::Kind;
using records::OutcomeFate;
using records::OutcomeItem;
using records::OutcomeReport;

// A body that takes longer than this to read leaves the event loop.
constexpr std::size_t kInlineBytes = 128 * limits::kKiB;

// Collects the outcomes of one request. Items are counted as they come; those that cannot be
// understood are noted and not handed on.
class Collector {
 public:
  // Reads one object; false when reading cannot go on.
  bool ReadItem(JsonPull& json) {
    if (count_ == limits::kOutcomesPerRequest)
      return json.Fail("there are more outcomes than a request may have");
    const std::size_t index = count_++;
    OutcomeItem item;
    const char* wrong = nullptr;
    bool has_value = false;
    if (!json.EnterObject()) return false;
    for (std::string_view key; json.NextKey(key);) ReadMember(json, key, item, has_value, wrong);
    if (!json.ok()) return false;
    if (wrong == nullptr) wrong = Lacks(item, has_value);
    if (wrong == nullptr) {
      items.push_back(std::move(item));
      places.push_back(index);
    } else {
      ++refused;
      if (problems.size() < OutcomeReport::kListed)
        problems.push_back({index, Error(Code::kInvalidArgument, wrong)});
    }
    return true;
  }

  // Leaves what the caller asked by request id, which are their own: whose a decision id is, nobody
  // can tell from it.
  void KeepOwn() {
    std::vector<OutcomeItem> own;
    std::vector<std::size_t> own_places;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!items[i].decision.has_value()) {
        own.push_back(std::move(items[i]));
        own_places.push_back(places[i]);
        continue;
      }
      ++refused;
      if (problems.size() < OutcomeReport::kListed)
        problems.push_back(
            {places[i], Error(Code::kPermissionDenied,
                              "'decision_id' is for who may report of every model: name the "
                              "request by its 'request_id'")});
    }
    items.swap(own);
    places.swap(own_places);
  }

  std::vector<OutcomeItem> items;
  std::vector<std::size_t> places;  // of each item in the body
  std::vector<OutcomeReport::Problem> problems;
  std::size_t refused = 0;

 private:
  void ReadMember(JsonPull& json, std::string_view key, OutcomeItem& item, bool& has_value,
                  const char*& wrong) {
    const bool is_decision = key == "decision_id", is_request = key == "request_id";
    const bool is_name = key == "name", is_value = key == "value", is_at = key == "at";
    const bool is_row = key == "row";
    if (!is_decision && !is_request && !is_name && !is_value && !is_at && !is_row) {
      wrong = "a key that is none of decision_id, request_id, row, name, value, at";
      json.Skip();
      return;
    }
    JsonPull::Scalar cell;
    if (!json.Read(cell)) return;
    if (is_value) {
      if (has_value) wrong = "'value' is there twice";
      has_value = true;
      if (!SetValue(cell, item)) wrong = "'value' is a number, true, false or a short text";
    } else if (is_row) {
      const bool fits = cell.kind == Kind::kInteger && cell.integer >= 0 &&
                        cell.integer < static_cast<std::int64_t>(limits::kRowsPerRequest);
      if (!fits || item.row.has_value()) wrong = "'row' is one row's place in its request, from 0";
      item.row = static_cast<std::uint32_t>(cell.integer);
    } else if (cell.kind != Kind::kText || cell.text.empty() ||
               cell.text.size() > limits::kRequestIdBytes) {
      wrong = "ids, names and times are texts of 1 to 128 bytes";
    } else if (const char* unfit = SetText(key, cell.text, item); unfit != nullptr) {
      wrong = unfit;
    }
  }

  static const char* SetText(std::string_view key, std::string_view text, OutcomeItem& item) {
    constexpr const char* kTwice = "a key is there twice";
    if (key == "at") {
      const auto at = ParseTime(text);
      if (!at.ok()) return "'at' is not an RFC 3339 time with a zone";
      return std::exchange(item.at, *at).has_value() ? kTwice : nullptr;
    }
    if (key == "decision_id") {
      const auto id = DecisionId::Parse(text);
      if (!id.ok()) return "'decision_id' is not an id as decisions have: d1-57-4021";
      return std::exchange(item.decision, *id).has_value() ? kTwice : nullptr;
    }
    std::string& member = key == "name" ? item.name : item.request_id;
    if (!member.empty()) return kTwice;
    member = text;
    return nullptr;
  }

  static bool SetValue(const JsonPull::Scalar& cell, OutcomeItem& item) {
    switch (cell.kind) {
      case Kind::kInteger:
      case Kind::kNumber: item.value = cell.number; return true;
      case Kind::kBool: item.value = cell.boolean ? 1 : 0; return true;
      case Kind::kText:
        item.text = cell.text;
        return !cell.text.empty() && cell.text.size() <= limits::kNameBytes;
      default: return false;
    }
  }

  static const char* Lacks(const OutcomeItem& item, bool has_value) {
    if (item.name.empty()) return "'name' is missing";
    if (!has_value) return "'value' is missing";
    if (item.decision.has_value() == !item.request_id.empty())
      return "an outcome has either decision_id or request_id";
    if (item.decision.has_value() && item.row.has_value())
      return "'row' goes with request_id: a decision_id is one row's already";
    return nullptr;
  }

  std::size_t count_ = 0;
};

Status ReadJson(std::string_view body, Collector& items) {
  JsonPull json(body);
  bool found = false;
  if (json.EnterObject()) {
    for (std::string_view key; json.NextKey(key);) {
      if (key != "outcomes" || found) json.Fail("the body is {\"outcomes\": [...]}");
      found = true;
      if (!json.EnterArray()) break;
      while (json.NextElement() && items.ReadItem(json)) {
      }
    }
  }
  RETURN_IF_ERROR(json.Finish());
  return found ? Ok() : Status(Error(Code::kInvalidArgument, "the body has no 'outcomes'"));
}

Status ReadLines(std::string_view body, Collector& items) {
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = std::min(body.find('\n', begin), body.size());
    const std::string line(body.substr(begin, end - begin));  // the reader wants a NUL behind it
    begin = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    JsonPull json(line);
    items.ReadItem(json);
    if (Status whole = json.Finish(); !whole.ok()) {
      return std::move(whole).error().Context("line " + std::to_string(number));
    }
  }
  return Ok();
}

// The answer: what the body's reading refused and what became of the rest.
Response AnswerOf(const Collector& read, const OutcomeReport& report) {
  std::vector<OutcomeReport::Problem> problems = read.problems;
  for (const OutcomeReport::Problem& problem : report.problems) {
    problems.push_back({read.places[problem.item], problem.error});
  }
  std::sort(problems.begin(), problems.end(),
            [](const auto& a, const auto& b) { return a.item < b.item; });
  if (problems.size() > OutcomeReport::kListed)
    problems.erase(problems.begin() + OutcomeReport::kListed, problems.end());
  const std::size_t refused = read.refused + report.Count(OutcomeFate::kRefused);
  Response response;
  JsonWriter json(response.body);
  json.BeginObject().Member("recorded", report.Count(OutcomeFate::kRecorded));
  json.Member("corrected", report.Count(OutcomeFate::kCorrected));
  json.Member("repeated", report.Count(OutcomeFate::kRepeated)).Member("refused", refused);
  json.Key("problems").BeginArray();
  for (const auto& [item, error] : problems) {
    json.BeginObject().Member("item", item).Member("code", KindOf(error.code()).name);
    json.Member("message", error.message()).EndObject();
  }
  json.EndArray().EndObject();
  const bool taken = report.fates.size() > report.Count(OutcomeFate::kRefused);
  if (!taken && !problems.empty())
    response.status = KindOf(problems.front().error.code()).http_status;
  return response;
}

void ReadAndRecord(const Call& call) {
  auto read = std::make_shared<Collector>();
  const std::string_view type = call.request->content_type;
  const bool lines = type == "application/x-ndjson" || type == "application/jsonl";
  const Status good =
      lines ? ReadLines(call.request->body, *read) : ReadJson(call.request->body, *read);
  if (!good.ok()) return call.Refuse(good.error());
  if (!call.principal->MayEverywhere(records::Permission::kReport)) read->KeepOwn();
  std::vector<OutcomeItem> items = std::move(read->items);
  const Status begun = call.api->use.outcomes->Record(
      call.caller(), std::move(items),
      [call, read](const OutcomeReport& report) { call.Answer(AnswerOf(*read, report)); });
  if (!begun.ok()) call.Refuse(begun.error());
}

}  // namespace

void RecordOutcomes(const Call& call) {
  const Dependencies& use = call.api->use;
  if (use.outcomes == nullptr)
    return call.Refuse(Error(Code::kUnavailable, "this server runs without a journal"));
  if (!use.later || call.request->body.size() <= kInlineBytes) return ReadAndRecord(call);
  const bool taken = use.later([call] { ReadAndRecord(call); });
  if (taken) return;
  call.Refuse(Error(Code::kResourceExhausted, "too many large batches of outcomes are waiting")
                  .Help("come back later"));
}

}  // namespace mooring::api
