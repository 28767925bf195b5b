#include "app/doorkeeper.h"

#include "base/limits.h"
#include "records/audit/changes_in_log.h"

namespace mooring::app {

Doorkeeper::Doorkeeper(const Options& options)
    : options_(options),
      notes_({.audit = options.audit,
              .clock = options.clock,
              .on_problem = [this](const Error& error) {
                options_.log->Error("control log", error);
              }}) {}

Status Doorkeeper::Open() {
  ASSIGN_OR_RETURN(book_, records::AccessBook::Open({.path = options_.paths->access(),
                                                     .clock = options_.clock,
                                                     .on_problem = [this](const Error& error) {
                                                       options_.log->Error("access", error);
                                                     }}));
  // Without a token nobody is asked who they are: a file taken away would open the door.
  if (!book_->has_tokens()) {
    RETURN_IF_ERROR(records::CheckTokensKept(
        records::FindChangesInLog(*options_.files, options_.paths->control), false,
        options_.paths->access()));
  }
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
  jwt.held = [this](std::string_view name) { return book_->GrantsOfPerson(name); };
  if (oidc.keys_url.empty()) {
    ASSIGN_OR_RETURN(jwt.keys, KeysFromFile());
  } else {
    if (!oidc.keys_file.empty()) {
      return Error(Code::kInvalidArgument, "keys come from a file or from a URL, not from both")
          .Help("give --oidc-keys or --oidc-keys-url");
    }
    RETURN_IF_ERROR(OidcKeys::CheckUrl(oidc.keys_url));
    jwt.on_unknown_key = [this] { keys_->Want(); };
  }
  for (const std::string& rule : oidc.rules) {
    ASSIGN_OR_RETURN(api::ClaimRule parsed, api::ParseClaimRule(rule));
    jwt.rules.push_back(std::move(parsed));
  }
  ASSIGN_OR_RETURN(jwt_, api::JwtVerifier::Make(std::move(jwt)));
  if (!oidc.keys_url.empty()) OpenKeysFromUrl();
  return Ok();
}

Result<std::string> Doorkeeper::KeysFromFile() const {
  return options_.files->ReadFile(options_.server->oidc.keys_file, limits::kContractBytes);
}

void Doorkeeper::OpenKeysFromUrl() {
  const OidcOptions& oidc = options_.server->oidc;
  transport_ = CurlTransport();
  keys_ = std::make_unique<OidcKeys>(OidcKeys::Options{
      .issuer = oidc.issuer,
      .url = oidc.keys_url,
      .kept_file = options_.paths->oidc_keys(),
      .files = options_.files,
      .clock = options_.clock,
      .transport = transport_.get(),
      .use = [this](std::string_view json) { return jwt_->UseKeys(json); },
      .on_problem = [this](const Error& error) { options_.log->Error("OpenID provider", error); }});
  keys_->Open();
  keys_thread_ = NamedThread("oidc keys", [this](std::stop_token stop) { keys_->Run(stop); });
}

void Doorkeeper::Stop() {
  thread_.RequestStop();
  keys_thread_.RequestStop();
  thread_.Join();
  keys_thread_.Join();
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
  notes_.Note(event);
  return Ok();
}

}  // namespace mooring::app
