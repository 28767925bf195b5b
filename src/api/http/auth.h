// Who calls. Until the issue that brings tokens, a server is open on loopback and refuses to listen
// elsewhere unless the operator says so; the caller's name is then nobody's claim but "".
//
// Thread safety: pure.
#pragma once

#include <string>
#include <string_view>

#include "api/http/server.h"
#include "base/result.h"

namespace mooring::api {

// kFailedPrecondition when `host` is not a loopback address and remote callers were not allowed.
Status CheckBinding(std::string_view host, bool allow_remote_without_auth);

// The caller's name as the journal keeps it. An Authorization header is kUnsupported for now: a
// caller who sends a token expects it to be checked.
Result<std::string> CallerOf(const Request& request);

}  // namespace mooring::api
