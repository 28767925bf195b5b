// Showing an Error: five lines at most, each with a meaning (what, where, why, what next, the
// stable code), or the same fields as one JSON object. Thread safety: pure.
#pragma once

#include <string>

#include "app/cli/context.h"

namespace mooring::app::cli {

// error: model 'm' has no version 44
//   at: mooring.yaml:18:11
//   why: versions present: 41, 42
//   help: mooring version list m
//   code: not_found · exit 5 · mooring help exit-codes
std::string ErrorText(const Context& context, const Error& error);

// {"error":{"code":"not_found","exit":5,"message":…,"where":…,"why":…,"help":…}}; empty parts
// absent.
std::string ErrorJson(const Error& error);

}  // namespace mooring::app::cli
