#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "records/privacy/pseudonymiser.h"

namespace mooring::app::cli {
namespace {

constexpr std::chrono::milliseconds kForEver = std::chrono::hours(1);

ServerOptions OptionsOf(const Settings& settings) {
  ServerOptions options;
  options.data_directory = settings.Text("data_dir");
  options.host = settings.Text("listen.host");
  options.port = static_cast<std::uint16_t>(settings.Number("listen.port"));
  options.threads = settings.Number("listen.threads");
  options.tls_certificate_file = settings.Text("tls.certificate_file");
  options.tls_key_file = settings.Text("tls.key_file");
  options.allowed_hosts = settings.List("listen.allowed_hosts");
  options.allow_remote_without_auth = settings.Switch("listen.allow_remote_without_auth");
  options.client_ca_file = settings.Text("tls.client_ca_file");
  options.oidc = {.issuer = settings.Text("oidc.issuer"),
                  .audience = settings.Text("oidc.audience"),
                  .keys_file = settings.Text("oidc.keys_file"),
                  .keys_url = settings.Text("oidc.keys_url"),
                  .claim = settings.Text("oidc.claim"),
                  .rules = settings.List("oidc.roles")};
  options.mlflow = {
      .artifact_root = settings.Text("mlflow.artifact_root"),
      .allow_file_locations = settings.Switch("mlflow.allow_file_locations"),
      .webhooks = {.allow_http = settings.Switch("mlflow.webhooks_allow_http"),
                   .allow_private = settings.Switch("mlflow.webhooks_allow_private")}};
  options.ack = settings.Text("journal.ack") == "written" ? records::AckMode::kWritten
                                                          : records::AckMode::kSynced;
  options.sync_interval = settings.Duration("journal.sync_interval");
  options.pseudonym_key_file = settings.Text("privacy.pseudonym_key_file");
  options.library_directory = settings.Text("library_dir");
  options.python = settings.Text("python");
  options.drain = settings.Duration("listen.drain");
  options.watch = settings.Switch("watch.enabled");
  options.alerts_file = settings.Text("alerts");
  return options;
}

// Switches safety off to see what it costs; said aloud, so that nobody serves so by accident.
Status SwitchOff(Context& context, const std::string& what, ServerOptions& options) {
  for (std::size_t start = 0; start < what.size();) {
    const std::size_t comma = std::min(what.find(',', start), what.size());
    const std::string part = what.substr(start, comma - start);
    start = comma + 1;
    if (part == "validation")
      options.validate = false;
    else if (part == "journal")
      options.journal = false;
    else if (part == "profiles")
      options.watch = false;
    else
      return Error(Code::kInvalidArgument, "'" + part + "' is no value of --bench-without")
          .Why("values: validation, journal, profiles");
    context.Warn("running without " + part + ": for measuring only");
  }
  return Ok();
}

Status CheckTls(const Settings& settings) {
  const bool certificate = !settings.Text("tls.certificate_file").empty();
  const bool key = !settings.Text("tls.key_file").empty();
  if (certificate == key) return Ok();
  return Error(Code::kInvalidArgument, "TLS needs a certificate and its key")
      .Why(std::string("missing: ") + (certificate ? "tls.key_file" : "tls.certificate_file"));
}

// Whole or not at all, so that whoever waits for the file never reads half a number.
Status WritePort(Context& context, const std::string& file, std::uint16_t port) {
  if (file.empty()) return Ok();
  return context.files->WriteFileDurably(file, AsBytes(std::to_string(port) + "\n"));
}

// A new key for pseudonyms, if asked and if there is none yet. Its loss makes pseudonyms of old and
// new decisions differ, so it is never replaced.
Status CreateKey(Context& context, const Args& args) {
  const std::string& file = context.settings.Text("privacy.pseudonym_key_file");
  if (!args.Has("create-key")) return Ok();
  if (file.empty()) {
    return Error(Code::kInvalidArgument, "--create-key needs --pseudonym-key FILE");
  }
  if (context.files->Exists(file)) return Ok();
  RETURN_IF_ERROR(
      records::CreatePseudonymKey(*context.files, {file, context.settings.Text("data_dir")}));
  context.Hint("made a key for pseudonyms: keep a copy of " + file);
  return Ok();
}

Result<ExitCode> RunServe(Context& context, const Args& args) {
  RETURN_IF_ERROR(CheckTls(context.settings));
  ServerOptions options = OptionsOf(context.settings);
  RETURN_IF_ERROR(SwitchOff(context, args.Text("bench-without"), options));
  options.create_pseudonym_key = args.Has("create-key");
  RETURN_IF_ERROR(CreateKey(context, args));
  context.process->HoldStopSignals();
  ASSIGN_OR_RETURN(const std::unique_ptr<Server> server, context.process->StartServer(options));
  const char* scheme = options.tls_certificate_file.empty() ? "http" : "https";
  const bool bare_ipv6 = options.host.find(':') != std::string::npos;
  const std::string host = bare_ipv6 ? "[" + options.host + "]" : options.host;
  RETURN_IF_ERROR(WritePort(context, args.Text("port-file"), server->port()));
  context.PrintLine(std::string("listening on ") + scheme + "://" + host + ":" +
                    std::to_string(server->port()));
  while (!context.process->WaitForStop(kForEver)) {
  }
  context.Hint("stopping: finishing what was begun");
  server->Stop();
  return ExitCode::kDone;
}

std::vector<Flag> ServeFlags() {
  return {
      {.name = "data-dir",
       .value = "DIR",
       .summary = "data directory; made when absent",
       .setting = "data_dir",
       .completes = Completes::kDirectory},
      {.name = "host",
       .value = "ADDRESS",
       .summary = "address to listen on (default 127.0.0.1)",
       .setting = "listen.host"},
      {.name = "port",
       .value = "N",
       .summary = "port; 0: any free one (default 8080)",
       .letter = 'p',
       .setting = "listen.port"},
      {.name = "threads",
       .value = "N",
       .summary = "event loops (default 1)",
       .setting = "listen.threads"},
      {.name = "tls-certificate",
       .value = "FILE",
       .summary = "PEM certificate chain",
       .setting = "tls.certificate_file",
       .completes = Completes::kFile},
      {.name = "tls-key",
       .value = "FILE",
       .summary = "PEM private key",
       .setting = "tls.key_file",
       .completes = Completes::kFile},
      {.name = "allow-host",
       .value = "NAME",
       .summary = "also accept this name in Host",
       .repeated = true,
       .setting = "listen.allowed_hosts"},
      {.name = "allow-remote-without-auth",
       .summary = "listen beyond loopback although callers are not known, or not over TLS",
       .setting = "listen.allow_remote_without_auth"},
      {.name = "ack",
       .value = "WHEN",
       .summary = "answer when the decision is synced (default) or written",
       .choices = {"synced", "written"},
       .setting = "journal.ack"},
      {.name = "sync-interval",
       .value = "TIME",
       .summary = "how often 'written' syncs (default 5ms)",
       .setting = "journal.sync_interval"},
      {.name = "pseudonym-key",
       .value = "FILE",
       .summary = "key of pseudonyms, outside the data directory",
       .setting = "privacy.pseudonym_key_file",
       .completes = Completes::kFile},
      {.name = "create-key", .summary = "make the pseudonym key file when there is none"},
      {.name = "library-dir",
       .value = "DIR",
       .summary = "where ONNX Runtime and DuckDB are",
       .setting = "library_dir",
       .completes = Completes::kDirectory},
      {.name = "drain",
       .value = "TIME",
       .summary = "how long stopping may take (default 30s)",
       .setting = "listen.drain"},
      {.name = "bench-without",
       .value = "WHAT",
       .summary = "for measuring only: any of validation,journal,profiles"},
  };
}

// Who may call, beside holders of tokens.
std::vector<Flag> CallerFlags() {
  return {{.name = "client-ca",
           .value = "FILE",
           .summary = "PEM: take callers' certificates that these authorities signed",
           .setting = "tls.client_ca_file",
           .completes = Completes::kFile},
          {.name = "oidc-issuer",
           .value = "URL",
           .summary = "take bearer tokens of this OpenID provider",
           .setting = "oidc.issuer"},
          {.name = "oidc-audience",
           .value = "NAME",
           .summary = "whom its tokens must be for",
           .setting = "oidc.audience"},
          {.name = "oidc-keys",
           .value = "FILE",
           .summary = "its key set, JSON",
           .setting = "oidc.keys_file",
           .completes = Completes::kFile},
          {.name = "oidc-keys-url",
           .value = "URL",
           .summary = "where its key set is fetched, in place of the file: https",
           .setting = "oidc.keys_url"},
          {.name = "oidc-claim",
           .value = "NAME",
           .summary = "the claim that says what a caller is (default roles)",
           .setting = "oidc.claim"},
          {.name = "oidc-role",
           .value = "RULE",
           .summary = "what a value of it means: VALUE=ROLE or VALUE=ROLE@MODEL",
           .repeated = true,
           .setting = "oidc.roles"}};
}

// In front of what is for measuring only.
std::vector<Flag> AllFlags() {
  std::vector<Flag> flags = ServeFlags();
  const std::vector<Flag> callers = CallerFlags();
  flags.insert(flags.end() - 1, callers.begin(), callers.end());
  flags.insert(flags.end() - 1, {.name = "python",
                                 .value = "FILE",
                                 .summary = "Python interpreter for models that only Python runs",
                                 .setting = "python",
                                 .completes = Completes::kFile});
  flags.insert(flags.end() - 1, {.name = "artifact-root",
                                 .value = "URI",
                                 .summary = "where files of runs go (default mlflow-artifacts:/)",
                                 .setting = "mlflow.artifact_root"});
  flags.insert(flags.end() - 1, {.name = "alerts",
                                 .value = "FILE",
                                 .summary = "YAML file of whom alerts are told to",
                                 .setting = "alerts",
                                 .completes = Completes::kFile});
  return flags;
}

}  // namespace

Command ServeCommand() {
  return {.name = "serve",
          .summary = "run the server in the foreground, until SIGTERM or SIGINT",
          .text =
              "Prints one line with its address on stdout when it is ready, logs to stderr. On "
              "SIGTERM\n"
              "it accepts nothing new, finishes what was begun and syncs the journal.",
          .examples = {{"mooring serve", "on http://127.0.0.1:8080, data in ./mooring-data"},
                       {"mooring serve --data-dir /var/lib/mooring --port 9000", "elsewhere"}},
          .flags = AllFlags(),
          .run = RunServe};
}

}  // namespace mooring::app::cli
