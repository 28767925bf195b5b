// The kill switch over HTTP (serving/kill_switch.h).
//
//   GET  /api/v1/kills                   what is stopped
//   POST /api/v1/kills                   {"scope": "all" | "model" | "version" | "segment" |
//                                         "caller", "model"?, "version"?, "segment"?, "caller"?,
//                                         "reason"?, "author"?}
//
// The POST is answered once nothing that it covers can leave any more and a restart would not
// forget it; "warning" says that nothing of the kind is served now. It waits for no
// database: neither the registry nor any other call holds it up.
// Releasing is a change that two people make (changes.h).
#pragma once

#include "api/call.h"

namespace mooring::api {

void ListKills(const Call& call);
void ThrowKill(const Call& call);

}  // namespace mooring::api
