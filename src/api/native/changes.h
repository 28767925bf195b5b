// Changes of limits, and who agrees to them (control/limits/limit_desk.h; docs/LIMITS.md).
//
//   POST /api/v1/limits/{model}/{limit}/lower   {"max", "reason", "author"?}: one person, at once
//   POST /api/v1/changes                        {"kind": "raise" | "release" | "kill_release" |
//                                                "write_off" | "lower", "model"?, "limit"?, "max"?,
//                                                "kill"?, "decision"?,
//                                                "ramp"?: [{"factor", "for"}],
//                                                "expires_in"?, "reason", "author"?}
//   GET  /api/v1/changes[?model=&state=&limit=] newest first
//   GET  /api/v1/changes/{id}
//   POST /api/v1/changes/{id}/approve           {"hash", "note"?, "author"?}
//   POST /api/v1/changes/{id}/reject            {"note"?, "author"?}
//   POST /api/v1/changes/{id}/withdraw          {"note"?, "author"?}
//
// The author is who calls. A server that does not know who calls takes the body's "author" for it
// and says so: "names" is "claimed", else "checked". What is answered with 200 is in force.
#pragma once

#include "api/call.h"

namespace mooring::api {

void LowerLimit(const Call& call);
void AskForChange(const Call& call);
void ListChanges(const Call& call);
void ShowChange(const Call& call);
void ApproveChange(const Call& call);
void RejectChange(const Call& call);
void WithdrawChange(const Call& call);

}  // namespace mooring::api
