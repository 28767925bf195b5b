#include "records/contract/keys.h"

#include <fmt/format.h>

#include <algorithm>

namespace mooring::records {
namespace {

// "inputs.hour.min" fits "inputs.*.min", "limits[12].name" fits "limits[].name".
bool Fits(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    if (pattern.starts_with("[]") && path.starts_with('[')) {
      const auto close = path.find(']');
      if (close == path.npos) return false;
      pattern.remove_prefix(2);
      path.remove_prefix(close + 1);
    } else if (pattern.front() == '*' && !path.empty()) {
      // A column's name may hold dots: try every end of it.
      pattern.remove_prefix(1);
      for (std::size_t end = 1; end <= path.size(); ++end) {
        if (Fits(pattern, path.substr(end))) return true;
      }
      return false;
    } else if (!path.empty() && pattern.front() == path.front()) {
      pattern.remove_prefix(1);
      path.remove_prefix(1);
    } else {
      return false;
    }
  }
  return path.empty();
}

std::string_view SectionOf(std::string_view path) {
  return path.substr(0, path.find_first_of(".["));
}

std::string Row(const ContractKey& key) {
  const std::string kind = DescribeKind(key.value);
  std::string range;
  if (key.value.kind == ValueKind::kDuration || key.value.min < -1e300 || key.value.max > 1e300) {
    range = "";
  } else {
    range = fmt::format(", {} to {}", key.value.min, key.value.max);
  }
  const std::string given = key.required               ? "required"
                            : key.default_text.empty() ? ""
                                                       : fmt::format("`{}`", key.default_text);
  return fmt::format("| `{}` | {}{} | {} | {} |\n", key.path, kind, range, given, key.meaning);
}

}  // namespace

const ContractKey* ExplainContractKey(std::string_view path) {
  const auto keys = ContractKeys();
  const auto exact = std::ranges::find(keys, path, &ContractKey::path);
  if (exact != keys.end()) return &*exact;
  // "inputs.hour.min" fits "inputs.*" as well, as a column named "hour.min": the longest says most.
  const ContractKey* fitting = nullptr;
  for (const ContractKey& key : keys) {
    const bool longer = fitting == nullptr || key.path.size() > fitting->path.size();
    if (longer && Fits(key.path, path)) fitting = &key;
  }
  return fitting;
}

std::vector<std::string_view> ContractKeysUnder(std::string_view pattern) {
  std::vector<std::string_view> names;
  for (const ContractKey& key : ContractKeys()) {
    std::string_view rest = key.path;
    if (!pattern.empty()) {
      if (!rest.starts_with(pattern) || !rest.substr(pattern.size()).starts_with('.')) continue;
      rest.remove_prefix(pattern.size() + 1);
    }
    if (rest.find_first_of(".[") == rest.npos) names.push_back(rest);
  }
  return names;
}

std::string ContractReference() {
  std::string page =
      "# The contract, key by key\n\n"
      "Made from the table that the parser walks (`src/records/contract/key_table.cpp`); a test "
      "compares.\n"
      "`*` stands for a name of your own, `[]` for each entry of a list. An unknown key is an "
      "error, and\n"
      "all errors of a file are told at once, each with line, column and path. Sections marked\n"
      "*not enforced yet* are checked for shape; `mooring apply` and `mooring doctor` say so each "
      "time.\n";
  std::string_view section;
  for (const ContractKey& key : ContractKeys()) {
    if (SectionOf(key.path) != section) {
      section = SectionOf(key.path);
      page += fmt::format("\n## {}\n\n", section);
      page += "| key | value | default | meaning |\n|---|---|---|---|\n";
    }
    std::string row = Row(key);
    if (!key.enforced) row.insert(row.size() - 3, " *Not enforced yet.*");
    page += row;
  }
  return page;
}

}  // namespace mooring::records
