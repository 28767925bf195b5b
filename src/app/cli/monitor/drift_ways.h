// The ways of `monitor drift` beside the watch's own verdict: from all rows (--exact), by a
// classifier (--classifier), slice by slice from all decisions of the lake (--slices), and as
// Evidently or NannyML would say it (--like). A file a way: exact.cpp, classifier.cpp, slices.cpp,
// like.cpp.
//
// Thread safety: one command.
#pragma once

#include <cstdint>
#include <vector>

#include "app/cli/args.h"
#include "app/cli/context.h"

namespace mooring::app::cli {

enum class DriftWay : std::uint8_t { kWatch, kExact, kClassifier, kSlices, kEvidently, kNannyML };

std::vector<Flag> WayFlags();  // --exact, --classifier, --like, --slices, --by, --cuts, …

// Which one is asked for. kInvalidArgument for flags that do not go together, saying which.
Result<DriftWay> WayOf(const Args& args);

// kFindings when the rule says drift: of the flags for files, of the contract for a model.
Result<ExitCode> RunExact(Context& context, const Args& args);
// kFindings on the classifier's alert.
Result<ExitCode> RunClassifier(Context& context, const Args& args);
// kFindings when a slice drifted.
Result<ExitCode> RunSlices(Context& context, const Args& args);
// kFindings when the tool says drift.
Result<ExitCode> RunEvidently(Context& context, const Args& args);
Result<ExitCode> RunNannyML(Context& context, const Args& args);

}  // namespace mooring::app::cli
