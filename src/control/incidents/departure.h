// Departure: when a version left service, so that what was said of it is over. It left when the
// alias `champion` went on to another version and has not come back: by a rollback, a promotion, or
// because nothing serves any more. A version that was never the champion (a canary that is asked
// for by name) does not leave; its alerts end with its windows.
//
// Callers may still ask for a version that left by its name: windows that begin later count.
//
// Thread safety: DepartureOf is pure; LeftServiceOf's function asks the registry from any thread.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "records/registry/registry.h"

namespace mooring::control {

struct Departure {
  Time at;
  std::string text;  // "version 4 left service for version 3 (ann: drift after the release)"
};

// Of a history as the registry gives it, oldest first; nothing while it serves or never did.
std::optional<Departure> DepartureOf(std::span<const records::AliasChange> history,
                                     VersionNumber version);

using LeftService =
    std::function<Result<std::optional<Departure>>(std::string_view model, VersionNumber version)>;
// By the aliases' history; of a model that the registry does not know nothing left.
LeftService LeftServiceOf(records::Registry& registry);

}  // namespace mooring::control
