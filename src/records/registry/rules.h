// What may be written into the registry: the rules on names, authors, reasons and the parts of a
// version, apart from the database that keeps them.
//
// Thread safety: pure.
#pragma once

#include <string_view>

#include "base/result.h"
#include "records/registry/registry.h"

namespace mooring::records {

inline constexpr std::string_view kChampion = "champion";

// An author is required, author and reason are bounded; `needs_reason` for all that moves traffic.
Status CheckChange(const Change& change, bool needs_reason);

// A name as for models that cannot be taken for a version ("3", "v3") or a word of ours
// ("previous").
Status CheckAlias(std::string_view alias);

// The artifact is there, ids are of blobs, JSON is JSON, texts are bounded.
Status CheckNewVersion(const NewVersion& version);

// Why a version with these findings is refused; empty when it is not. A finding counts unless its
// "severity" is "warn". kInvalidArgument when the text is no list of findings.
Result<std::string> RefusalOf(std::string_view validation_json);

// Whether the version may be champion; `force` passes over a refusal or an archive, never over
// missing golden rows.
Status CheckMayServe(const VersionRecord& version, bool force);

std::string_view StateName(VersionRecord::State state);  // "candidate", …
Result<VersionRecord::State> ParseState(std::string_view name);

}  // namespace mooring::records
