#include "base/io/no_space.h"

#include <algorithm>
#include <array>
#include <string>

namespace mooring {

bool IsNoSpace(const Error& error) {
  constexpr std::array<std::string_view, 4> kWords = {"o space left", "isk is full",
                                                      "isk quota exceeded", "disk full"};
  return std::ranges::any_of(kWords, [&](std::string_view words) {
    return error.message().find(words) != std::string::npos ||
           error.why().find(words) != std::string::npos;
  });
}

Error NoSpaceFor(std::string_view what, Error error) {
  if (!IsNoSpace(error)) return error;
  std::string why = error.message();
  if (!error.why().empty()) why += ": " + error.why();
  return Error(Code::kUnavailable, "no space left for " + std::string(what))
      .Where(error.where())
      .Why(std::move(why))
      .Help("free space on its disk, then try again");
}

}  // namespace mooring
