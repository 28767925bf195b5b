// What a history of aliases says of a moment: which version each alias pointed at, since when, by
// whom and why. "Which version was in production at noon on Friday" is AliasesAt(...)["champion"].
//
// Pure; thread safe. Cost: one pass.
#pragma once

#include <map>
#include <span>
#include <string>

#include "base/clock.h"
#include "records/registry/registry.h"

namespace mooring::records {

// By alias, the change that was in force at `time`, inclusive: Registry::AliasHistory and
// Catalogue::AliasHistory give the changes, oldest first. An alias that pointed nowhere is not
// there.
std::map<std::string, AliasChange> AliasesAt(std::span<const AliasChange> history, Time time);

}  // namespace mooring::records
