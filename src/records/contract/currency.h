// Currencies: the codes of ISO 4217 that money can be counted in, and how many digits their minor
// unit has.
//
// Thread safety: pure.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace mooring::records {

// 2 for RUB (kopecks), 0 for JPY, 3 for KWD; nothing for a code that is not an active currency.
std::optional<int> CurrencyDigits(std::string_view code);
// All codes, sorted.
std::span<const std::string_view> CurrencyCodes();

}  // namespace mooring::records
