// JsonReport: a report for machines, in the layout that verdicts are stored in:
//
//   {"schema": "mooring.report/1", "model": "flight-cover", "version": 3,
//    "drift": [{"start", "end", "rows", "verdict", "evidence": {…}, "findings": […]}],
//    "quality": [{…}]}
//
// Windows are the newest first; "evidence" is EvidenceJson's. Windows without times (two files) say
// null. A report of two files has model null. Thread safety: pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "records/registry/registry.h"

namespace mooring::monitoring {

// From verdicts as they are stored or would be; those that are damaged have evidence null. Their
// kinds are "drift" and "quality"; others are left out. `run_verdict`: RunVerdict's of the whole,
// "verdict" in front of the windows; "" leaves it out.
std::string JsonReport(std::string_view model, VersionNumber version,
                       std::span<const records::StoredVerdict> verdicts,
                       std::string_view run_verdict = {});

}  // namespace mooring::monitoring
