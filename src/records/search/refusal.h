// Refused: the error of a filter, an order or a token that a search does not take. Messages repeat
// what was asked, as MLflow's do; what is longer than kRefusalBytes is cut, with "..." at its end,
// so that nobody is answered with the hundreds of kilobytes that they sent.
//
// Pure; thread safe.
#pragma once

#include <string>

#include "base/result.h"

namespace mooring::records::search {

inline constexpr std::size_t kRefusalBytes = 4'096;

// kInvalidArgument.
Error Refused(std::string message);

}  // namespace mooring::records::search
