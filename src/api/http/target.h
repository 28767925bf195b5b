// ParseTarget: the request target of HTTP made safe to route by: one percent-decoding, no NUL or
// control character, no empty, "." or ".." segment, no encoded slash. What a router sees is the
// path that any other reader of the same bytes would see; everything ambiguous is refused.
//
// Pure; thread safe. Cost: one pass.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace mooring::api {

struct Target {
  std::string_view authority;  // of an absolute-form target: "host:port"; "" otherwise
  std::string_view query;      // raw, without '?'
};

// Writes the decoded path into `path`. Errors are kInvalidArgument and never quote the target.
Result<Target> ParseTarget(std::string_view target, std::string& path);

// The first value of `name` in a raw query, percent-decoded ('+' is a space); "" when absent or
// badly encoded.
std::string QueryValue(std::string_view query, std::string_view name);

// Every name and value of a raw query in its order, percent-decoded ('+' is a space), at most
// `most` of them; pairs that are badly encoded are passed over.
std::vector<std::pair<std::string, std::string>> QueryPairs(std::string_view query,
                                                            std::size_t most);

}  // namespace mooring::api
