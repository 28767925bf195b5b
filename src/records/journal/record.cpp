#include "records/journal/record.h"

#include <array>

namespace mooring::records {

std::string_view VerdictName(Verdict verdict) {
  constexpr std::array<std::string_view, 5> kNames = {"admit", "clamp", "fallback", "review",
                                                       "deny"};
  return kNames[static_cast<std::size_t>(verdict)];
}

}  // namespace mooring::records
