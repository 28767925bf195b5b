// YamlChanges: what differs between two YAML texts, by path: "inputs.hour.max  23 → 22". For
// showing what applying a contract changes; both texts were parsed before, so damage here means
// "all of it". Thread safety: pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mooring::app::cli {

struct YamlChange {
  std::string path;      // "limits.0.max"
  std::string from, to;  // "" on the side where it is absent
  bool added = false, removed = false;
};

// In the order of the new text, removed paths last.
std::vector<YamlChange> YamlChanges(std::string_view before, std::string_view after);

}  // namespace mooring::app::cli
