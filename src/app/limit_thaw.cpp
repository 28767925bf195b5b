#include "app/limit_thaw.h"

#include "base/limits.h"
#include "records/audit/audited.h"

namespace mooring::app {

Status ThawLimits(LimitFreeze& freeze, records::AuditSink* audit, const std::string& author,
                  const std::string& reason) {
  if (reason.empty() || reason.size() > limits::kReasonBytes) {
    return Error(Code::kInvalidArgument, "a reason is required")
        .Why("of at most " + std::to_string(limits::kReasonBytes) + " bytes; it is kept for good");
  }
  if (!freeze.ledger().frozen()) {
    return Error(Code::kFailedPrecondition, "the windows of limits do not stand still");
  }
  const auto thaw = [&] { return freeze.Thaw(); };
  if (audit == nullptr) return thaw();
  const Time stood(Micros(freeze.ledger().Now()));
  return records::Audited(*audit,
                          {.principal = author,
                           .channel = "api",
                           .action = "limit.thaw",
                           .object_kind = "limit",
                           .object = "*",
                           .detail = "windows stood still at " + FormatTime(stood),
                           .reason = reason},
                          thaw);
}

}  // namespace mooring::app
