// Doorkeeper: who may call a running server, put together: tokens and grants, the keys of an OpenID
// provider, client certificates, and the thread that sees what other processes change of them.
// server.cpp owns one.
//
// Thread safety: Open and Stop from one thread, Note from any.
#pragma once

#include <memory>

#include "api/http/auth.h"
#include "api/http/jwt.h"
#include "app/server.h"
#include "base/clock.h"
#include "base/io/file_system.h"
#include "base/log.h"
#include "base/threads/background_work.h"
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
  // was refused follows in the control log; what is done stands there already, by what did it.
  Status Note(const records::AccessEvent& event);

 private:
  Status OpenOidc();

  const Options options_;
  std::unique_ptr<records::AccessBook> book_;
  std::unique_ptr<api::JwtVerifier> jwt_;
  api::Authenticator who_;
  BackgroundWork notes_;
  NamedThread thread_;
};

}  // namespace mooring::app
