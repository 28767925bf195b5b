// A full disk, said plainly: what there is no space for, and what helps.
//
//   if (!written.ok()) return NoSpaceFor("the control log", std::move(written).error());
//
// Thread safety: pure.
#pragma once

#include <string_view>

#include "base/result.h"

namespace mooring {

// Whether a disk (or somebody's part of it) is full, whoever says so: the system, or SQLite.
bool IsNoSpace(const Error& error);
// kUnavailable: "no space left for the control log", with what the system said as its why. Any
// other error as it is.
Error NoSpaceFor(std::string_view what, Error error);

}  // namespace mooring
