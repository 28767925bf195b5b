#include "api/http/auth.h"

#include <algorithm>

#include "records/access/token_text.h"

namespace mooring::api {
namespace {

using records::Principal;

Error Unknown() {
  return Error(Code::kUnauthenticated, "this server does not know who you are")
      .Help("send a token that is valid now: Authorization: Bearer mor_live_…");
}

// What follows "Bearer ", any case; "" when it is none. The characters are those of RFC 6750.
std::string_view BearerOf(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  if (header.size() <= kScheme.size() || header.size() > JwtVerifier::kTokenBytes) return "";
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = header[i];
    if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : int{c}) != kScheme[i]) return "";
  }
  const std::string_view token = header.substr(kScheme.size());
  const bool plain = std::all_of(token.begin(), token.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~+/=").find(c) != std::string_view::npos;
  });
  return plain ? token : std::string_view();
}

}  // namespace

Status CheckBinding(const Binding& binding) {
  const std::string_view host = binding.host;
  const bool loopback =
      host == "localhost" || host == "::1" ||
      (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
  if (loopback || binding.allow_remote_without_auth) return Ok();
  if (binding.asks_who && binding.tls) return Ok();
  Error error(Code::kFailedPrecondition, "refusing to listen on " + std::string(host));
  if (!binding.asks_who) {
    return std::move(error)
        .Why(
            "nobody has to say who they are, so everyone who reaches the port could decide and "
            "promote")
        .Help("make a token (mooring token create), or pass --allow-remote-without-auth");
  }
  return std::move(error)
      .Why("without TLS everyone on the way could read the callers' tokens")
      .Help("pass --tls-certificate and --tls-key, or --allow-remote-without-auth");
}

bool Authenticator::required() const {
  return options_.certificates || options_.jwt != nullptr ||
         (options_.book != nullptr && options_.book->has_tokens());
}

std::shared_ptr<const Principal> Authenticator::WithHeader(const Request& request) const {
  if (request.HeaderCount("Authorization") != 1) return nullptr;
  const std::string_view token = BearerOf(request.Header("Authorization"));
  if (token.starts_with(records::kTokenPrefix)) {
    return options_.book == nullptr ? nullptr : options_.book->WithToken(token);
  }
  return token.empty() || options_.jwt == nullptr ? nullptr : options_.jwt->Verify(token);
}

Result<std::shared_ptr<const Principal>> Authenticator::Identify(const Request& request) const {
  const bool shows_token = request.HeaderCount("Authorization") != 0;
  // A caller who sends a token expects it to be checked, also where none is asked for.
  if (!shows_token && !required()) return Principal::Local();
  std::shared_ptr<const Principal> principal;
  if (shows_token) {
    principal = WithHeader(request);
  } else if (options_.certificates && options_.book != nullptr) {
    for (const std::string& name : request.certificate_names) {
      principal = options_.book->Named(name);
      if (principal != nullptr) break;
    }
  }
  if (principal == nullptr) return Unknown();
  return principal;
}

}  // namespace mooring::api
