// CallerRules: which Host and Origin a request may name. A page of another site can make a browser
// call a loopback server under any name it likes (DNS rebinding); the Host check ends that, the
// Origin check ends plain cross-site requests.
//
// Thread safety: immutable once made. Cost: a few comparisons.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mooring::api {

class CallerRules {
 public:
  // `bound` is the address the server listens on; a wildcard ("0.0.0.0", "::") lets every literal
  // IP address pass, which no name can be rebound to.
  CallerRules(std::string bound, std::vector<std::string> allowed_hosts);

  enum class Verdict : unsigned char { kAllowed, kMalformed, kForeign };
  // `host` as in the Host header: "name", "name:port", "[::1]:port"; any case.
  Verdict CheckHost(std::string_view host) const;
  // Whether a request with this Origin header ("" none) and this Host may be answered: a browser's
  // own page, or one of an allowed host.
  bool OriginAllowed(std::string_view origin, std::string_view host) const;

  // Whether a request that may change something may be answered with this Sec-Fetch-Site header (""
  // none: not a browser): of our own page, of no page, or of an Origin that was allowed above.
  bool SiteAllowed(std::string_view site, std::string_view origin) const;

 private:
  bool Known(std::string_view name) const;
  std::vector<std::string> names_;    // lower case
  std::vector<std::string> allowed_;  // lower case; may also be origins
  bool any_address_ = false;
};

}  // namespace mooring::api
