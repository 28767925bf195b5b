#include "monitoring/finding.h"

#include <array>
#include <utility>

#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::monitoring {
namespace {

constexpr std::array<std::string_view, 4> kLevels = {"clear", "hold", "warn", "alert"};

constexpr std::array<std::pair<std::string_view, std::string Finding::*>, 5> kTexts = {{
    {"what", &Finding::what},
    {"statistic", &Finding::statistic},
    {"sureness", &Finding::sureness},
    {"cost", &Finding::cost},
    {"help", &Finding::help},
}};

constexpr std::array<std::pair<std::string_view, double Finding::*>, 3> kFigures = {{
    {"value", &Finding::value},
    {"threshold", &Finding::threshold},
    {"p_value", &Finding::p_value},
}};

Result<Finding> FindingOf(const Json& json) {
  Finding finding;
  ASSIGN_OR_RETURN(const std::string_view kind, json.GetString("kind"));
  ASSIGN_OR_RETURN(const std::string_view subject, json.GetString("subject"));
  ASSIGN_OR_RETURN(const std::string_view level, json.GetString("level"));
  finding.kind = kind;
  finding.subject = subject;
  ASSIGN_OR_RETURN(finding.level, LevelOfName(level));
  ASSIGN_OR_RETURN(finding.certain, json.GetBool("certain"));
  ASSIGN_OR_RETURN(finding.n, json.GetUint("n"));
  for (const auto& [key, member] : kFigures) {
    ASSIGN_OR_RETURN(const Json* figure, json.Get(key));
    if (figure->IsNull()) continue;
    ASSIGN_OR_RETURN(finding.*member, figure->AsDouble());
  }
  for (const auto& [key, member] : kTexts) {
    if (json.Find(key) == nullptr) continue;
    ASSIGN_OR_RETURN(const std::string_view text, json.GetString(key));
    finding.*member = text;
  }
  return finding;
}

}  // namespace

std::string_view LevelName(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

Result<Level> LevelOfName(std::string_view name) {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i] == name) return static_cast<Level>(i);
  }
  return Error(Code::kDataLoss, "unknown level '" + std::string(name) + "'");
}

std::string FindingsJson(const std::vector<Finding>& findings) {
  std::string text;
  JsonWriter json(text);
  json.BeginArray();
  for (const Finding& finding : findings) {
    json.BeginObject().Member("kind", finding.kind).Member("subject", finding.subject);
    json.Member("level", LevelName(finding.level)).Member("certain", finding.certain);
    json.Member("n", finding.n);
    for (const auto& [key, member] : kFigures) json.Member(key, finding.*member);
    for (const auto& [key, member] : kTexts) {
      if (!(finding.*member).empty()) json.Member(key, finding.*member);
    }
    json.EndObject();
  }
  json.EndArray();
  return text;
}

Result<std::vector<Finding>> ParseFindings(std::string_view text) {
  const auto document = Json::Parse(text, {.name = "findings"});
  const auto* items = document.ok() ? std::get_if<Json::Array>(&document->storage()) : nullptr;
  if (items == nullptr) return Error(Code::kDataLoss, "the stored findings are no list");
  std::vector<Finding> findings;
  for (const Json& item : *items) {
    auto finding = FindingOf(item);
    if (!finding.ok()) {
      return Error(Code::kDataLoss, "a stored finding is damaged").Why(finding.error().ToString());
    }
    findings.push_back(std::move(finding).value());
  }
  return findings;
}

}  // namespace mooring::monitoring
