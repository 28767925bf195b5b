#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/config/resolve.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/store/api_client.h"
#include "app/cli/store/registrar.h"
#include "control/registration/stored_version.h"
#include "data/store/duckdb.h"
#include "records/journal/reader.h"

namespace mooring::app::cli {
namespace {

constexpr std::uint64_t kLittleSpace = 1'000'000'000;

// Collects checks: each says what is, and what to do when that is bad.
class Checks {
 public:
  explicit Checks(Context& context) : context_(context) {}
  void Run();

  Listing listing{"mooring.doctor/1",
                  {{"check", "id"},
                   {"result", "ok, warn or fail"},
                   {"detail", "what is"},
                   {"remedy", "what to do"}}};
  bool failed = false;

 private:
  void Good(std::string_view check, std::string detail) {
    listing.Add({check, Cell("ok", Colour::kGreen), std::move(detail), Cell()});
  }
  void Warn(std::string_view check, std::string detail, std::string remedy) {
    listing.Add({check, Cell("warn", Colour::kYellow), std::move(detail), std::move(remedy)});
  }
  void Bad(std::string_view check, const Error& error) {
    failed = true;
    std::string detail = error.message() + (error.why().empty() ? "" : ": " + error.why());
    listing.Add({check, Cell("fail", Colour::kRed), std::move(detail), error.help()});
  }
  void Directory();
  void Space();
  void Store();
  void Champion(const LocalStore& store, const records::ModelRoute& route);
  void Journal();
  void Libraries();
  void Answering();

  Context& context_;
};

void Checks::Run() {
  Good("configuration", "every value is sound");  // else no command would have come this far
  Directory();
  if (!failed) {
    Space();
    Store();
    Journal();
  }
  Libraries();
  Answering();
}

void Checks::Directory() {
  const SettingValue& root = context_.settings.Value("data_dir");
  if (!context_.files->Exists(root.text)) {
    return Bad("data_directory", Error(Code::kNotFound, "no '" + root.text + "'")
                                     .Why("data_dir comes from: " + root.origin)
                                     .Help("mooring apply contract.yaml makes it"));
  }
  const std::string probe = root.text + "/.doctor";
  auto written = context_.files->WriteFileDurably(probe, AsBytes("probe"));
  if (!written.ok()) return Bad("data_directory", written.error());
  if (auto removed = context_.files->Remove(probe); !removed.ok()) {
    return Bad("data_directory", removed.error());
  }
  Good("data_directory", root.text + " can be written and synced");
}

void Checks::Space() {
  const auto free = context_.files->FreeBytes(context_.settings.Text("data_dir"));
  if (!free.ok()) return Bad("free_space", free.error());
  const std::string detail = std::to_string(*free / 1'000'000) + " MB free";
  if (*free >= kLittleSpace) return Good("free_space", detail);
  Warn("free_space", detail, "without space no decision leaves: free some, or drop old segments");
}

void Checks::Store() {
  auto store = OpenLocalStore(context_, "doctor");
  if (!store.ok()) return Bad("registry", store.error());
  const auto desired = store->registry->Desired();
  if (!desired.ok()) return Bad("registry", desired.error());
  Good("registry", std::to_string(desired->routes.size()) + " routes, revision " +
                       std::to_string(desired->revision));
  for (const records::ModelRoute& route : desired->routes) {
    if (route.champion != 0) Champion(*store, route);
  }
}

void Checks::Champion(const LocalStore& store, const records::ModelRoute& route) {
  const std::string check = "champion:" + route.model;
  const auto version = store.registry->Version(route.model, route.champion);
  if (!version.ok()) return Bad(check, version.error());
  const Status same = control::CheckStoredVersion(
      {context_.files, store.blobs.get(), store.library_directory}, *version);
  if (!same.ok()) return Bad(check, same.error());
  Good(check, "version " + std::to_string(route.champion) + " reproduces its golden rows");
}

void Checks::Journal() {
  const DataPaths paths(context_.settings.Text("data_dir"));
  if (!context_.files->Exists(paths.journal)) return Good("journal", "none yet");
  const auto report = records::VerifyJournal(*context_.files, paths.journal);
  if (!report.ok()) return Bad("journal", report.error());
  if (!report->findings.empty()) {
    return Bad("journal", Error(Code::kDataLoss, report->findings.front())
                              .Help("mooring log verify lists everything"));
  }
  Good("journal", std::to_string(report->decisions) + " decisions in " +
                      std::to_string(report->segments) + " segments, chain intact");
}

void Checks::Libraries() {
  const std::string directory = FindLibraries(context_.settings.Text("library_dir"));
  if (data::DuckDbIsThere(directory)) return Good("duckdb", directory);
  Warn("duckdb", "not found: no Parquet and no log query",
       "put libduckdb.so beside the program, or name its directory with library_dir");
}

void Checks::Answering() {
  const ApiClient client(context_);
  const auto answer = client.Raw("GET", "/v2/health/ready", "", "");
  if (!answer.ok()) return Warn("server", "no server at " + client.url(), "mooring serve");
  if (answer->status == 200) return Good("server", client.url() + " is ready");
  Warn("server", client.url() + " is not ready: " + std::to_string(answer->status),
       "look at its log on stderr");
}

Result<ExitCode> RunDoctor(Context& context, const Args& args) {
  Checks checks(context);
  checks.Run();
  RETURN_IF_ERROR(PrintListing(context, args, checks.listing));
  return checks.failed ? ExitCode::kFindings : ExitCode::kDone;
}

}  // namespace

Command DoctorCommand() {
  return {.name = "doctor",
          .summary = "check everything that must be right, with what to do where it is not",
          .text = "Exits with 1 when any check fails; warnings are not failures.",
          .examples = {{"mooring doctor", "before asking somebody"}},
          .flags = Join({StoreFlags(), OutputFlags()}),
          .run = RunDoctor};
}

}  // namespace mooring::app::cli
