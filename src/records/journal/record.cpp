#include "records/journal/record.h"

#include <algorithm>

#include "records/journal/reader.h"

#include <array>

namespace mooring::records {

std::string_view VerdictName(Verdict verdict) {
  constexpr std::array<std::string_view, 5> kNames = {"admit", "clamp", "fallback", "review",
                                                       "deny"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::vector<std::string_view> ImputedNames(const ReadDecisions& block, std::uint32_t row) {
  std::vector<std::string_view> names;
  auto at = std::lower_bound(block.imputed.begin(), block.imputed.end(), Imputed{row, 0});
  for (; at != block.imputed.end() && at->row == row; ++at) {
    names.push_back(block.binding->inputs->field(at->column).name);
  }
  return names;
}

}  // namespace mooring::records
