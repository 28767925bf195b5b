// The rows of ContractKeys stand in several files, `monitor`, `limits` and `fallback` in files of
// their own; this is what the files share. Not for others: they ask ContractKeys().
//
// Thread safety: pure.
#pragma once

#include <span>
#include <string>

#include "records/contract/keys.h"

namespace mooring::records {

// The rows of `monitor`, in the order of the reference page.
std::span<const ContractKey> MonitorKeys();

// The rows of `limits` and of `fallback`.
std::span<const ContractKey> LimitKeys();
std::span<const ContractKey> FallbackKeys();

// Where the chain `otherwise` is kept while a contract is read.
inline constexpr auto kFallbackOtherwise = static_cast<FallbackCause>(255);

// Checks of lists; empty: nothing is wrong.
std::string CheckAscending(const Value& list);
std::string CheckNotEmpty(const Value& list);

}  // namespace mooring::records
