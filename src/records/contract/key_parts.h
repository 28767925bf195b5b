// The rows of ContractKeys stand in two files, one of them for `monitor` alone; this is what the
// files share. Not for others: they ask ContractKeys().
//
// Thread safety: pure.
#pragma once

#include <span>
#include <string>

#include "records/contract/keys.h"

namespace mooring::records {

// The rows of `monitor`, in the order of the reference page.
std::span<const ContractKey> MonitorKeys();

// Checks of lists; empty: nothing is wrong.
std::string CheckAscending(const Value& list);
std::string CheckNotEmpty(const Value& list);

}  // namespace mooring::records
