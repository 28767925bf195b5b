// TableText: a Listing for people: aligned columns, numbers to the right and rounded to six digits,
// times relative to now, colours where stdout shows them. Machines take the other formats of
// listing.h. Thread safety: pure.
#pragma once

#include <string>
#include <vector>

#include "app/cli/output/listing.h"

namespace mooring::app::cli {

std::string TableText(const Context& context, const Listing& listing,
                      const std::vector<std::size_t>& fields);

// "12 s ago", "in 3 h", "5 d ago".
std::string RelativeTime(Time time, Time now);

}  // namespace mooring::app::cli
