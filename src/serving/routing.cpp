#include "serving/routing.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace mooring::serving {

Result<std::shared_ptr<const ServedVersion>> ResolveVersion(const Snapshot& snapshot,
                                                            std::string_view model,
                                                            VersionNumber version) {
  const ServedModel* const found = snapshot.Find(model);
  if (found == nullptr) {
    return Error(Code::kNotFound,
                 fmt::format("no model '{}' is served", model.substr(0, limits::kNameBytes)));
  }
  if (version == 0) {
    if (found->champion != nullptr) return found->champion;
    Error error(Code::kUnavailable, fmt::format("model '{}' has no version that serves", model));
    if (found->problem) {
      return std::move(error).Why(
          fmt::format("version {}: {}", found->problem->version, found->problem->message));
    }
    return std::move(error).Help("promote a version, or wait until it is loaded");
  }
  const auto place = found->versions.find(version);
  if (place != found->versions.end()) return place->second;
  return Error(Code::kNotFound, fmt::format("version {} of '{}' is not served", version, model))
      .Help("the champion and the version before it are");
}

}  // namespace mooring::serving
