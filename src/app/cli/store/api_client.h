// ApiClient: calls of a server's native HTTP API, with its problems turned back into Errors.
// Thread safety: as Transport. Failure: kUnavailable when the server is not there; else the code
// that the server gave, or the one that its HTTP status means.
#pragma once

#include <string>
#include <string_view>

#include "app/cli/context.h"
#include "base/result.h"
#include "base/text/json.h"

namespace mooring::app::cli {

class ApiClient {
 public:
  // By the setting `server`, with the token of the variable MOORING_TOKEN; without the setting the
  // address that this machine's own server would listen on.
  explicit ApiClient(const Context& context);

  const std::string& url() const { return url_; }
  Result<Json> Get(const std::string& path) const { return Call("GET", path, "", ""); }
  Result<Json> Send(const std::string& method, const std::string& path,
                    const std::string& body) const {
    return Call(method, path, body, "application/json");
  }
  // The answer as it came, whatever its status.
  Result<HttpAnswer> Raw(const std::string& method, const std::string& path,
                         const std::string& body, const std::string& content_type) const;
  // The Error that a problem body stands for.
  static Error ProblemOf(const HttpAnswer& answer);

 private:
  Result<Json> Call(const std::string& method, const std::string& path, const std::string& body,
                    const std::string& content_type) const;
  Transport* transport_;
  std::string url_;
  std::string token_;  // of the variable MOORING_TOKEN; "" none
};

// " --server URL" where a server was named: for commands that hints tell to go on with.
std::string ServerFlag(const Context& context);

// A name as one part of a path.
std::string PathPart(std::string_view name);

}  // namespace mooring::app::cli
