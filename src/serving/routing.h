// Routing: which loaded version decides a request. Pure.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "serving/loaded_models.h"

namespace mooring::serving {

// `version` 0 is the champion. kNotFound when there is no such model or the version is not loaded,
// kUnavailable when the model ought to serve and nothing could be loaded, saying why.
Result<std::shared_ptr<const ServedVersion>> ResolveVersion(const Snapshot& snapshot,
                                                            std::string_view model,
                                                            VersionNumber version);

}  // namespace mooring::serving
