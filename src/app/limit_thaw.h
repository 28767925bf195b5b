// Letting the windows of limits go on after the clock jumped: they stand still until a person says
// that the clock is right (serving/stop_limits/limit_time.h). From then on budgets live by the wall
// clock as it is: what passed meanwhile has passed, and a day's budget may begin anew.
//
// In the control log before it is in force; when that cannot be written, the windows stay as they
// are. Thread safety: any thread. Failure: kInvalidArgument without a reason, kFailedPrecondition
// when they do not stand still, else as the control log.
#pragma once

#include <string>

#include "app/limit_freeze.h"
#include "base/result.h"
#include "records/audit/audit_sink.h"

namespace mooring::app {

// `audit` may be null: nobody is told.
Status ThawLimits(LimitFreeze& freeze, records::AuditSink* audit, const std::string& author,
                  const std::string& reason);

}  // namespace mooring::app
