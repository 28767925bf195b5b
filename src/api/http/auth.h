// Who calls: by a token (Authorization: Bearer), by a certificate, or by a JWT of an OpenID
// provider. A server with none of the three configured serves its own machine without ceremony:
// whoever reaches it may everything, and has no name.
//
//   Authenticator who({.book = book.get()});
//   ASSIGN_OR_RETURN(const auto principal, who.Identify(request));
//
// Thread safety: any thread. Failure: kUnauthenticated with one text, whatever is wrong: nobody
// learns whether a token was close. A credential that was sent and is not good is not made up for
// by another one.
#pragma once

#include <memory>
#include <string_view>

#include "api/http/jwt.h"
#include "api/http/server.h"
#include "base/result.h"
#include "records/access/access_book.h"
#include "records/access/principal.h"

namespace mooring::api {

// Where a server listens and what it asks of callers.
struct Binding {
  std::string_view host;
  bool asks_who = false, tls = false;
  bool allow_remote_without_auth = false;
};
// kFailedPrecondition when `host` is not a loopback address, callers need not say who they are over
// TLS, and the operator did not say that this is meant.
Status CheckBinding(const Binding& binding);

class Authenticator {
 public:
  struct Options {
    const records::AccessBook* book = nullptr;  // tokens, and who certificates' names are
    const JwtVerifier* jwt = nullptr;
    bool certificates = false;  // the server takes them: callers say who they are
  };
  Authenticator() = default;
  explicit Authenticator(Options options) : options_(options) {}

  // Whether callers must say who they are now; true for good once a token was made.
  bool required() const;
  Result<std::shared_ptr<const records::Principal>> Identify(const Request& request) const;

 private:
  std::shared_ptr<const records::Principal> WithHeader(const Request& request) const;
  Options options_;
};

}  // namespace mooring::api
