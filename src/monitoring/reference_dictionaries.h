// ReadDictionaries: the category values that a reference profile knows, by input name, for
// contracts that say `from: reference`. Values are in the order of their text, so that the same
// training data gives the same codes whatever the order of its rows.
//
// Pure. Failure: kDataLoss or kInvalidArgument when the bytes are not a profile.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "data/table/schema.h"

namespace mooring::monitoring {

using Dictionaries = std::map<std::string, std::shared_ptr<const data::Dictionary>, std::less<>>;

Result<Dictionaries> ReadDictionaries(std::string_view reference_profile);

}  // namespace mooring::monitoring
