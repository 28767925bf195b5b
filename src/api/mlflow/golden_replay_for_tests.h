// Replays exchanges that were recorded from MLflow's own client and server (tests/golden/
// mlflow_rest) against a handler, in order, and tells where answers differ. For tests only.
//
// What counts as the same: status, media type, and JSON equal member by member, but
//  - ids of runs and logged models, which the recording renumbered, and invented names are bound to
//    ours where they are first seen, and must be the same ever after, inside other texts, too;
//  - 1700000000000, to which the recording set every time, is any integer;
//  - a page token is any text that is not empty;
//  - plain text may say its charset;
//  - lists of objects with "key" are compared by key: stores give them in orders of their own.
// A list "… 1001 in all" and a text "… (6001 characters)", which the recording cut, are made whole.
#pragma once

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/api_fixture.h"
#include "base/text/json_writer.h"

namespace mooring::api::testing {

struct Exchange {
  std::string method, path, content_type, request;  // content_type "": none was sent
  bool has_request = false;
  int status = 0;
  Json response;
  std::string response_type;
};

inline void AppendJson(const Json& value, std::string& out) {
  if (value.IsObject()) {
    out.push_back('{');
    for (const auto& [key, member] : *value.AsObject().value()) {
      if (out.back() != '{') out.push_back(',');
      AppendJsonString(out, key);
      out.push_back(':');
      AppendJson(member, out);
    }
    out.push_back('}');
  } else if (value.IsArray()) {
    out.push_back('[');
    for (const Json& element : *value.AsArray().value()) {
      if (out.back() != '[') out.push_back(',');
      AppendJson(element, out);
    }
    out.push_back(']');
  } else if (value.IsString()) {
    AppendJsonString(out, value.AsString().value());
  } else {
    JsonWriter json(out);
    if (value.IsNull()) {
      json.Null();
    } else if (value.IsBool()) {
      json.Value(value.AsBool().value());
    } else if (value.AsInt().ok()) {
      json.Value(value.AsInt().value());
    } else {
      json.Value(value.AsDouble().value());
    }
  }
}

// What the recording cut, whole again.
inline Json Whole(const Json& value) {
  if (value.IsObject()) {
    Json::Object members;
    for (const auto& [key, member] : *value.AsObject().value()) {
      members.emplace_back(key, Whole(member));
    }
    return Json(std::move(members));
  }
  if (value.IsArray()) {
    Json::Array all;
    for (const Json& element : *value.AsArray().value()) {
      const std::string_view text = element.IsString() ? *element.AsString() : std::string_view();
      if (!text.starts_with("... ") || !text.ends_with(" in all") || all.empty()) {
        all.push_back(Whole(element));
        continue;
      }
      const std::size_t count = std::stoul(std::string(text.substr(4)));
      while (all.size() < count) all.push_back(all.front());
    }
    return Json(std::move(all));
  }
  if (!value.IsString()) return value;
  const std::string text(*value.AsString());
  const std::size_t cut = text.find("... (");
  if (cut == text.npos || !text.ends_with(" characters)")) return value;
  std::string whole = text.substr(0, cut);
  const std::size_t size = std::stoul(text.substr(cut + 5));
  whole.resize(size, whole.back());
  return Json(std::move(whole));
}

inline std::vector<Exchange> ReadExchanges(std::string_view lines) {
  std::vector<Exchange> all;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const Json line = Json::Parse(lines.substr(0, end)).value();
    lines.remove_prefix(std::min(end + 1, lines.size()));
    Exchange one;
    one.method = *line.GetString("method");
    one.path = *line.GetString("path");
    const auto type = line.GetString("request_content_type");
    if (type.ok()) one.content_type = *type;
    const Json& request = *line.Find("request");
    one.has_request = !request.IsNull();
    if (request.Find("not_json") != nullptr) {
      one.request = *request.GetString("not_json");
    } else if (one.has_request) {
      AppendJson(Whole(request), one.request);
    }
    one.status = static_cast<int>(*line.GetInt("status"));
    one.response = Whole(*line.Find("response"));
    one.response_type = *line.GetString("response_content_type");
    all.push_back(std::move(one));
  }
  return all;
}

class GoldenReplay {
 public:
  // The handler is asked with these header lines, too.
  explicit GoldenReplay(Handler handler, std::string headers = "")
      : handler_(std::move(handler)), headers_(std::move(headers)) {}

  Answered Ask(const std::string& method, const std::string& path, const std::string& body,
               const std::string& content_type = "application/json") {
    const std::string type = content_type.empty() ? "" : "Content-Type: " + content_type + "\r\n";
    return Send(handler_, method + " " + Ours(path), Ours(body), headers_ + type);
  }

  // Says what an id of the recording is here.
  void Bind(const std::string& recorded, std::string ours) { bound_[recorded] = std::move(ours); }

  // "" when the answer is the recorded one, else what differs.
  std::string Replay(const Exchange& recorded) {
    const Answered answer =
        Ask(recorded.method, recorded.path, recorded.request, recorded.content_type);
    if (answer.status != recorded.status) {
      return "status " + std::to_string(answer.status) + " " + answer.body;
    }
    std::string type = answer.content_type;
    if (recorded.response_type == "text/plain") type = type.substr(0, type.find(';'));
    if (type != recorded.response_type) return "type " + answer.content_type;
    if (const Json* const text = recorded.response.Find("not_json")) {
      return answer.body == *text->AsString() ? "" : "body " + answer.body;
    }
    return Differs(recorded.response, answer.json(), "");
  }

 private:
  static bool IsHexId(std::string_view text) {
    return text.size() == 32 && std::all_of(text.begin(), text.end(),
                                            [](unsigned char c) { return std::isxdigit(c) != 0; });
  }
  // Of the same kind: an id of a run, of a logged model, or an invented name.
  static int KindOf(std::string_view text) {
    if (IsHexId(text)) return 1;
    if (text.starts_with("m-") && IsHexId(text.substr(2))) return 2;
    const std::size_t first = text.find('-'), last = text.rfind('-');
    const bool named = first != text.npos && last > first + 1 && last + 1 < text.size() &&
                       std::isdigit(static_cast<unsigned char>(text.back())) != 0 &&
                       text.find_first_of(" ./:") == text.npos;
    return named ? 3 : 0;
  }
  std::string Ours(std::string text) const {
    for (const auto& [recorded, ours] : bound_) {
      for (std::size_t at = text.find(recorded); at != text.npos;
           at = text.find(recorded, at + ours.size())) {
        text.replace(at, recorded.size(), ours);
      }
    }
    return text;
  }
  std::string TextDiffers(const std::string& recorded, const std::string& ours,
                          const std::string& at) {
    const int kind = KindOf(recorded);
    if (kind != 0 && kind == KindOf(ours) && !bound_.contains(recorded)) {
      bound_[recorded] = ours;
    }
    if (Ours(recorded) == ours || (at.ends_with("/next_page_token") && !ours.empty())) return "";
    return at + ": '" + ours.substr(0, 300) + "' is not '" + Ours(recorded).substr(0, 300) + "'";
  }
  static std::vector<const Json*> ByKey(const Json& list) {
    std::vector<const Json*> sorted;
    for (const Json& each : *list.AsArray().value()) sorted.push_back(&each);
    const auto key = [](const Json* one) {
      const auto text = one->GetString("key");
      return text.ok() ? std::string(*text) : std::string();
    };
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](const Json* a, const Json* b) { return key(a) < key(b); });
    return sorted;
  }
  std::string Differs(const Json& recorded, const Json& ours, const std::string& at) {
    if (recorded.IsObject()) {
      if (!ours.IsObject()) return at + ": not an object";
      for (const auto& [key, value] : *ours.AsObject().value()) {
        if (recorded.Find(key) == nullptr) return at + "/" + key + ": was not recorded";
      }
      for (const auto& [key, value] : *recorded.AsObject().value()) {
        const Json* const mine = ours.Find(key);
        if (mine == nullptr) return at + "/" + key + ": missing";
        if (std::string why = Differs(value, *mine, at + "/" + key); !why.empty()) return why;
      }
      return "";
    }
    if (recorded.IsArray()) {
      if (!ours.IsArray()) return at + ": not a list";
      const auto theirs = ByKey(recorded), mine = ByKey(ours);
      if (theirs.size() != mine.size())
        return at + ": " + std::to_string(mine.size()) + " elements";
      for (std::size_t i = 0; i < mine.size(); ++i) {
        std::string why = Differs(*theirs[i], *mine[i], at + "/" + std::to_string(i));
        if (!why.empty()) return why;
      }
      return "";
    }
    if (recorded.IsString()) {
      if (!ours.IsString()) return at + ": not a text";
      return TextDiffers(std::string(*recorded.AsString()), std::string(*ours.AsString()), at);
    }
    const auto time = recorded.AsInt();
    if (time.ok() && *time == 1'700'000'000'000 && ours.AsInt().ok()) return "";
    std::string a, b;
    AppendJson(recorded, a);
    AppendJson(ours, b);
    return a == b ? "" : at + ": " + b + " is not " + a;
  }

  const Handler handler_;
  const std::string headers_;
  std::map<std::string, std::string> bound_;  // recorded → ours
};

}  // namespace mooring::api::testing
