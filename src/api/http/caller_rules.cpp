#include "api/http/caller_rules.h"

#include <arpa/inet.h>

#include <algorithm>

namespace mooring::api {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

// The name without port and brackets; "" when the text is no host.
std::string_view NameOf(std::string_view host) {
  std::string_view name = host, port;
  if (host.starts_with('[')) {
    const std::size_t close = host.find(']');
    if (close == std::string_view::npos) return "";
    name = host.substr(1, close - 1);
    port = host.substr(close + 1);
  } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    name = host.substr(0, colon);
    port = host.substr(colon);
  }
  if (!port.empty() && port[0] != ':') return "";
  for (const char c : port.substr(std::min<std::size_t>(1, port.size()))) {
    if (c < '0' || c > '9') return "";
  }
  for (const char c : name) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-' || c == '_' || c == ':';
    if (!fits) return "";
  }
  return port.size() > 6 ? std::string_view() : name;
}

bool IsAddress(const std::string& name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

}  // namespace

CallerRules::CallerRules(std::string bound, std::vector<std::string> allowed_hosts)
    : names_{"localhost", "127.0.0.1", "::1"}, any_address_(bound == "0.0.0.0" || bound == "::") {
  names_.push_back(Lower(bound));
  for (const std::string& host : allowed_hosts) allowed_.push_back(Lower(host));
}

bool CallerRules::Known(std::string_view name) const {
  const std::string lower = Lower(name);
  return std::find(names_.begin(), names_.end(), lower) != names_.end() ||
         std::find(allowed_.begin(), allowed_.end(), lower) != allowed_.end() ||
         (any_address_ && IsAddress(lower));
}

CallerRules::Verdict CallerRules::CheckHost(std::string_view host) const {
  const std::string_view name = NameOf(host);
  if (name.empty()) return Verdict::kMalformed;
  return Known(name) ? Verdict::kAllowed : Verdict::kForeign;
}

bool CallerRules::OriginAllowed(std::string_view origin, std::string_view host) const {
  if (origin.empty()) return true;
  const std::string lower = Lower(origin);
  if (std::find(allowed_.begin(), allowed_.end(), lower) != allowed_.end()) return true;
  const std::size_t scheme = lower.find("://");
  if (scheme == std::string::npos ||
      (lower.substr(0, scheme) != "http" && lower.substr(0, scheme) != "https")) {
    return false;
  }
  const std::string_view authority = std::string_view(lower).substr(scheme + 3);
  const std::string_view name = NameOf(authority);
  return authority == Lower(host) ||
         (!name.empty() && std::find(allowed_.begin(), allowed_.end(), name) != allowed_.end());
}

bool CallerRules::SiteAllowed(std::string_view site, std::string_view origin) const {
  return site.empty() || site == "same-origin" || site == "none" || !origin.empty();
}

}  // namespace mooring::api
