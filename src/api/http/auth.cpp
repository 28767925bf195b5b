#include "api/http/auth.h"

namespace mooring::api {

Status CheckBinding(std::string_view host, bool allow_remote_without_auth) {
  const bool loopback =
      host == "localhost" || host == "::1" ||
      (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
  if (loopback || allow_remote_without_auth) return Ok();
  return Error(Code::kFailedPrecondition, "refusing to listen on " + std::string(host))
      .Why(
          "there is no authentication yet, so everyone who reaches the port could decide and "
          "promote")
      .Help("listen on 127.0.0.1 behind a proxy, or pass --allow-remote-without-auth");
}

Result<std::string> CallerOf(const Request& request) {
  if (request.Header("Authorization").empty()) return std::string();
  return Error(Code::kUnauthenticated, "this server does not check tokens yet")
      .Help("send the request without an Authorization header");
}

}  // namespace mooring::api
