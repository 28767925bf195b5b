#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/text/pattern.h"
#include "records/catalogue/catalogue.h"

namespace mooring::records {
namespace {

constexpr std::array<std::string_view, kStages> kStageNames = {"None", "Staging", "Production",
                                                               "Archived"};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameInAnyCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return Lower(x) == Lower(y); });
}

Error Wrong(std::string message) { return Error(Code::kInvalidArgument, std::move(message)); }

bool IsVersionName(std::string_view alias) {
  if (alias.size() < 2 || Lower(alias[0]) != 'v') return false;
  return std::ranges::all_of(alias.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string_view StageName(Stage stage) { return kStageNames[static_cast<std::size_t>(stage)]; }

Result<Stage> ParseStage(std::string_view name) {
  for (std::size_t i = 0; i < kStages; ++i) {
    if (SameInAnyCase(name, kStageNames[i])) return static_cast<Stage>(i);
  }
  return Wrong(
      fmt::format("Invalid Model Version stage: {}. Value must be one of None, Staging, "
                  "Production, Archived.",
                  name.substr(0, 256)));
}

Status CheckPointerName(std::string_view alias) {
  if (alias.empty()) return Wrong("Registered model alias name cannot be empty.");
  static const Result<Pattern> kWord = Pattern::Compile(R"([\p{L}\p{N}_\-]*)");
  if (!kWord->Matches(alias)) {
    return Wrong(
        fmt::format("Invalid alias name: '{}'. Names may only contain alphanumerics, "
                    "underscores (_), and dashes (-).",
                    alias.substr(0, 256)));
  }
  const auto characters = std::ranges::count_if(
      alias, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  if (characters > 255) {
    return Wrong("'Registered model alias name' exceeds the maximum length of 255 characters");
  }
  if (SameInAnyCase(alias, "latest")) {
    return Wrong("'latest' alias name (case insensitive) is reserved.");
  }
  if (!IsVersionName(alias)) return Ok();
  return Wrong(fmt::format("Version alias name '{}' is reserved.", alias.substr(0, 256)));
}

}  // namespace mooring::records
