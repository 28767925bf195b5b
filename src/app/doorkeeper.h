// Doorkeeper: who may call a running server, put together: tokens and grants, the keys of an OpenID
// provider, client certificates, and the thread that sees what other processes change of them.
// server.cpp owns one.
//
// Thread safety: Open and Stop from one thread, Note from any.
#pragma once

#include <memory>

#include "api/http/auth.h"
#include "api/http/jwt.h"
#include "app/oidc_keys.h"
#include "app/refusal_notes.h"
#include "app/server.h"
#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/log.h"
#include "base/net/transport.h"
#include "base/threads/named_thread.h"
#include "records/access/access_book.h"
#include "records/access/access_event.h"
#include "records/audit/audit_sink.h"

namespace mooring::app {

class Doorkeeper {
 public:
  struct Options {
    FileSystem* files = nullptr;
    const Clock* clock = nullptr;
    Log* log = nullptr;
    const DataPaths* paths = nullptr;
    const ServerOptions* server = nullptr;
    records::AuditSink* audit = nullptr;
  };
  explicit Doorkeeper(const Options& options);

  // kFailedPrecondition when the server may not listen where it is told to.
  Status Open();
  void Stop();

  const api::Authenticator& who() const { return who_; }
  // The one place where a server's administration, done or refused, is told. Does not block: what
  // was refused follows in the control log, one by one or counted (refusal_notes.h); what is done
  // stands there already, by what did it.
  Status Note(const records::AccessEvent& event);

 private:
  Status OpenOidc();
  Result<std::string> KeysFromFile() const;
  void OpenKeysFromUrl();

  const Options options_;
  std::unique_ptr<records::AccessBook> book_;
  std::unique_ptr<Transport> transport_;  // to the provider
  std::unique_ptr<OidcKeys> keys_;        // that are fetched
  std::unique_ptr<api::JwtVerifier> jwt_;
  api::Authenticator who_;
  RefusalNotes notes_;
  NamedThread thread_, keys_thread_;
};

}  // namespace mooring::app
