#include "api/native/outcomes.h"

#include "api/http/auth.h"
#include "api/json/pull.h"
#include "base/error_table.h"
#include "base/limits.h"
#include "base/text/json_writer.h"

namespace mooring::api {
namespace {

using Kind = JsonPull::Kind;
using records::Outcome;
constexpr std::size_t kListed = 100;

struct ItemProblem {
  std::size_t item;
  Code code;
  std::string message;
};

struct Item {
  Outcome outcome;
  std::string decision_id, request_id;
  bool has_value = false;
};

// Collects the outcomes of one request.
class Collector {
 public:
  Collector(const Call& call, std::string caller) : call_(call), caller_(std::move(caller)) {}

  // Reads one object; false when reading cannot go on.
  bool ReadItem(JsonPull& json) {
    if (count_ == limits::kOutcomesPerRequest)
      return json.Fail("there are more outcomes than a request may have");
    const std::size_t index = count_++;
    Item item;
    item.outcome.at = call_.api->use.clock->Now();
    const char* wrong = nullptr;
    if (!json.EnterObject()) return false;
    for (std::string_view key; json.NextKey(key);) ReadMember(json, key, item, wrong);
    if (!json.ok()) return false;
    const Status good =
        wrong != nullptr ? Status(Error(Code::kInvalidArgument, wrong)) : Resolve(item);
    if (good.ok()) {
      outcomes_.push_back(std::move(item.outcome));
    } else {
      Note({index, good.error().code(), good.error().message()});
    }
    return true;
  }

  const std::vector<Outcome>& outcomes() const { return outcomes_; }
  std::string Json() const {
    std::string body;
    JsonWriter json(body);
    json.BeginObject().Member("recorded", outcomes_.size()).Member("refused", refused_);
    json.Key("problems").BeginArray();
    for (const ItemProblem& problem : problems_) {
      json.BeginObject().Member("item", problem.item).Member("code", KindOf(problem.code).name);
      json.Member("message", problem.message).EndObject();
    }
    json.EndArray().EndObject();
    return body;
  }
  int status() const {
    if (!outcomes_.empty() || problems_.empty()) return 200;
    return KindOf(problems_[0].code).http_status;
  }

 private:
  void ReadMember(JsonPull& json, std::string_view key, Item& item, const char*& wrong) {
    const bool is_decision = key == "decision_id", is_request = key == "request_id";
    const bool is_name = key == "name", is_value = key == "value", is_at = key == "at";
    if (!is_decision && !is_request && !is_name && !is_value && !is_at) {
      wrong = "a key that is none of decision_id, request_id, name, value, at";
      json.Skip();
      return;
    }
    JsonPull::Scalar cell;
    if (!json.Read(cell)) return;
    if (is_value) {
      if (item.has_value) wrong = "'value' is there twice";
      if (!SetValue(cell, item)) wrong = "'value' is a number, true, false or a short text";
      return;
    }
    if (cell.kind != Kind::kText || cell.text.empty() ||
        cell.text.size() > limits::kRequestIdBytes) {
      wrong = "ids, names and times are texts of 1 to 128 bytes";
      return;
    }
    if (is_at) {
      const auto at = ParseTime(cell.text);
      if (at.ok())
        item.outcome.at = *at;
      else
        wrong = "'at' is not an RFC 3339 time with a zone";
      return;
    }
    std::string& text = is_decision  ? item.decision_id
                        : is_request ? item.request_id
                                     : item.outcome.name;
    if (!text.empty()) wrong = "a key is there twice";
    text = cell.text;
  }

  static bool SetValue(const JsonPull::Scalar& cell, Item& item) {
    item.has_value = true;
    switch (cell.kind) {
      case Kind::kInteger:
      case Kind::kNumber: item.outcome.value = cell.number; return true;
      case Kind::kBool: item.outcome.value = cell.boolean ? 1 : 0; return true;
      case Kind::kText:
        item.outcome.text = cell.text;
        return !cell.text.empty() && cell.text.size() <= limits::kNameBytes;
      default: return false;
    }
  }

  Status Resolve(Item& item) const {
    if (item.outcome.name.empty()) return Error(Code::kInvalidArgument, "'name' is missing");
    if (!item.has_value) return Error(Code::kInvalidArgument, "'value' is missing");
    if (item.decision_id.empty() == item.request_id.empty()) {
      return Error(Code::kInvalidArgument, "an outcome has either decision_id or request_id");
    }
    if (!item.decision_id.empty()) {
      ASSIGN_OR_RETURN(item.outcome.decision, DecisionId::Parse(item.decision_id));
      return call_.api->use.has_decision && !call_.api->use.has_decision(item.outcome.decision)
                 ? Status(Error(Code::kNotFound, "there is no decision '" + item.decision_id + "'"))
                 : Ok();
    }
    if (!call_.api->use.find_decision) {
      return Error(Code::kUnsupported, "this server does not find decisions by request id");
    }
    ASSIGN_OR_RETURN(item.outcome.decision, call_.api->use.find_decision(caller_, item.request_id));
    return Ok();
  }

  void Note(ItemProblem problem) {
    ++refused_;
    if (problems_.size() < kListed) problems_.push_back(std::move(problem));
  }

  const Call& call_;
  std::string caller_;
  std::size_t count_ = 0, refused_ = 0;
  std::vector<Outcome> outcomes_;
  std::vector<ItemProblem> problems_;
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

// Answers when the outcomes are durable.
class Waiter final : public records::CommitWaiter {
 public:
  Waiter(Call call, Response response) : call_(std::move(call)), response_(std::move(response)) {}
  void Committed(const Status& status) noexcept override {
    if (status.ok()) {
      call_.Answer(std::move(response_));
    } else {
      call_.Refuse(status.error());
    }
    delete this;  // told once
  }

 private:
  Call call_;
  Response response_;
};

}  // namespace

void RecordOutcomes(const Call& call) {
  records::Journal* const journal = call.api->use.journal;
  if (journal == nullptr)
    return call.Refuse(Error(Code::kUnavailable, "this server runs without a journal"));
  auto caller = CallerOf(*call.request);
  if (!caller.ok()) return call.Refuse(caller.error());
  Collector items(call, std::move(*caller));
  const std::string_view type = call.request->content_type;
  const bool lines = type == "application/x-ndjson" || type == "application/jsonl";
  const Status read =
      lines ? ReadLines(call.request->body, items) : ReadJson(call.request->body, items);
  if (!read.ok()) return call.Refuse(read.error());
  Response response;
  response.status = items.status();
  response.body = items.Json();
  if (items.outcomes().empty()) return call.Answer(std::move(response));
  auto waiter = std::make_unique<Waiter>(call, std::move(response));
  const Status queued = journal->Append(items.outcomes(), waiter.get());
  if (!queued.ok()) return call.Refuse(queued.error());
  waiter.release();  // the journal tells it, and it ends itself
}

}  // namespace mooring::api
