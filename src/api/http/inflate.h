// Inflate: undoes Content-Encoding gzip or deflate of one request body, with a bound on what may
// come out, so that a small bomb does not become a large one.
//
// Thread safety: pure. Memory: the bound plus 64 KiB. Failure: kTooLarge over the bound, or over 64
// times the packed size and 1 MiB; otherwise
// kInvalidArgument (bad header, bad checksum, cut short, bytes after the end).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring::api {

Result<std::string> Inflate(std::string_view packed, std::size_t limit_bytes);

}  // namespace mooring::api
