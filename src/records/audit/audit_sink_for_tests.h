// RecordingSink: an AuditSink in memory that tells a test what it was told, and refuses when asked
// to. For tests of every room. Thread safety: none.
#pragma once

#include <optional>
#include <vector>

#include "records/audit/audit_sink.h"

namespace mooring::records {

class RecordingSink final : public AuditSink {
 public:
  Result<std::uint64_t> Append(const ControlEntry& entry) override {
    if (refuse) return *refuse;
    entries.push_back(entry);
    entries.back().sequence = entries.size() - 1;
    return entries.back().sequence;
  }
  std::vector<ControlEntry> entries;
  std::optional<Error> refuse;
};

}  // namespace mooring::records
