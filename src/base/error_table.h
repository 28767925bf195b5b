// What each error code means to the outside: one row a code, used by the HTTP API, the CLI and
// every client that decides whether to try again. The one place where these numbers stand.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"

namespace mooring {

struct ErrorKind {
  Code code;
  std::string_view name;  // stable, in JSON bodies: "invalid_argument"
  int http_status;
  int exit_code;          // 1 findings, 2 usage, 3 unreachable, 4 refused, 5 absent, 6 conflict,
                          // 7 late, 70 bug
  bool retryable;         // the same call may succeed later without being changed
};

std::span<const ErrorKind> ErrorKinds();
const ErrorKind& KindOf(Code code);

}  // namespace mooring
