#include "app/doorkeeper.h"

#include "base/limits.h"

namespace mooring::app {
namespace {

// Beyond it refusals are counted (/metrics) and not written: who can reach the port must not be
// able to fill a disk.
constexpr std::size_t kNotesWaiting = 64;

}  // namespace

Doorkeeper::Doorkeeper(const Options& options)
    : options_(options), notes_("door notes", kNotesWaiting) {}

Status Doorkeeper::Open() {
  ASSIGN_OR_RETURN(book_, records::AccessBook::Open({.path = options_.paths->access(),
                                                     .clock = options_.clock,
                                                     .on_problem = [this](const Error& error) {
                                                       options_.log->Error("access", error);
                                                     }}));
  RETURN_IF_ERROR(OpenOidc());
  api::Authenticator::Options who;
  who.book = book_.get();
  who.jwt = jwt_.get();
  who.certificates = !options_.server->client_ca_file.empty();
  who_ = api::Authenticator(who);
  const ServerOptions& server = *options_.server;
  RETURN_IF_ERROR(
      api::CheckBinding({.host = server.host,
                         .asks_who = who_.required(),
                         .tls = !server.tls_certificate_file.empty(),
                         .allow_remote_without_auth = server.allow_remote_without_auth}));
  thread_ = NamedThread("access", [this](std::stop_token stop) { book_->Run(stop); });
  return Ok();
}

Status Doorkeeper::OpenOidc() {
  const OidcOptions& oidc = options_.server->oidc;
  if (oidc.issuer.empty()) return Ok();
  api::JwtVerifier::Options jwt;
  jwt.issuer = oidc.issuer;
  jwt.audience = oidc.audience;
  jwt.claim = oidc.claim;
  jwt.clock = options_.clock;
  ASSIGN_OR_RETURN(jwt.keys, options_.files->ReadFile(oidc.keys_file, limits::kContractBytes));
  for (const std::string& rule : oidc.rules) {
    ASSIGN_OR_RETURN(api::ClaimRule parsed, api::ParseClaimRule(rule));
    jwt.rules.push_back(std::move(parsed));
  }
  ASSIGN_OR_RETURN(jwt_, api::JwtVerifier::Make(std::move(jwt)));
  return Ok();
}

void Doorkeeper::Stop() {
  thread_.RequestStop();
  thread_.Join();
  notes_.Stop();
}

// Callers whom nobody knows are counted (mooring_requests_total, code 401) and not written.
Status Doorkeeper::Note(const records::AccessEvent& event) {
  if (event.who.empty() && !event.allowed) return Ok();
  options_.log->Info(event.allowed ? "administration" : "administration refused",
                     {{"who", event.who},
                      {"action", event.action},
                      {"subject", event.subject},
                      {"detail", event.detail}});
  if (event.allowed) return Ok();
  static_cast<void>(notes_.Take([this, event] {
    const auto noted = options_.audit->Append({.principal = event.who,
                                               .channel = "api",
                                               .action = "refused: " + event.action,
                                               .object_kind = "access",
                                               .object = event.subject,
                                               .detail = event.detail});
    if (!noted.ok()) options_.log->Error("control log", noted.error());
  }));
  return Ok();
}

}  // namespace mooring::app
