// A control entry as the bytes that are hashed: canonical JSON (members sorted by name, no spaces,
// shortest escapes, integers only; RFC 8785 for what we use of it), one line, empty members left
// out. docs/formats/control_log.md lists the members.
//
// Thread safety: pure. Failure: text that is not such an entry is kDataLoss.
#pragma once

#include <string>
#include <string_view>

#include "records/audit/audit_sink.h"

namespace mooring::records {

std::string EncodeEntry(const ControlEntry& entry);
Result<ControlEntry> DecodeEntry(std::string_view record);

}  // namespace mooring::records
