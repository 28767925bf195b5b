#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/config/resolve.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/store/api_client.h"
#include "app/cli/store/registrar.h"
#include "control/registration/stored_version.h"
#include "data/store/duckdb.h"
#include "records/contract/contract.h"
#include "records/journal/check_up.h"
#include "records/privacy/pseudonymiser.h"

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
  void Sync(const std::string& probe);
  void Space();
  void Store();
  void Champion(const LocalStore& store, const records::ModelRoute& route);
  void Contracts(const LocalStore& store);
  void Key(const LocalStore& store);
  void Journal();
  void TimeOfDay();
  void Libraries();
  void OpenFiles();
  void Answering();
  void Port();

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
  TimeOfDay();
  Libraries();
  OpenFiles();
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
  Good("data_directory", root.text + " can be written");
  Sync(probe);
  if (auto removed = context_.files->Remove(probe); !removed.ok()) {
    Bad("data_directory", removed.error());
  }
}

// Answers wait for a sync each (many share one): how long that takes is what a caller feels.
void Checks::Sync(const std::string& probe) {
  constexpr int kRounds = 16;
  constexpr double kSlowMs = 20;
  const auto file = context_.files->Open(probe, OpenMode::kReadWrite);
  if (!file.ok()) return Bad("sync", file.error());
  const std::vector<std::byte> page(4096);
  std::vector<double> took_ms;
  for (int round = 0; round < kRounds; ++round) {
    const Nanos start = context_.clock->Monotonic();
    Status done = (*file)->WriteAt(0, page);
    if (done.ok()) done = (*file)->Sync();
    if (!done.ok()) return Bad("sync", done.error());
    took_ms.push_back(static_cast<double>((context_.clock->Monotonic() - start).count()) * 1e-6);
  }
  std::sort(took_ms.begin(), took_ms.end());
  const double median = took_ms[took_ms.size() / 2];
  const std::string detail =
      fmt::format("a synced write of 4 KiB takes {:.1f} ms, {:.1f} ms at worst of {}", median,
                  took_ms.back(), kRounds);
  if (median <= kSlowMs) return Good("sync", detail);
  Warn("sync", detail, "use a faster disk, or journal.ack: written if losing the last "
                       "milliseconds is allowed");
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
  Contracts(*store);
  Key(*store);
}

void Checks::Champion(const LocalStore& store, const records::ModelRoute& route) {
  const std::string check = "champion:" + route.model;
  const auto version = store.registry->Version(route.model, route.champion);
  if (!version.ok()) return Bad(check, version.error());
  const Status same = control::CheckStoredVersion(
      {context_.files, store.blobs.get(), store.library_directory, context_.transport,
       PythonOf(context_)},
      *version);
  if (!same.ok()) return Bad(check, same.error());
  Good(check, "version " + std::to_string(route.champion) + " reproduces its golden rows");
}

// What somebody wrote into a contract and may rely on, though nothing acts on it yet.
void Checks::Contracts(const LocalStore& store) {
  const auto models = store.registry->Models();
  if (!models.ok()) return Bad("contract", models.error());
  for (const records::ModelRecord& model : *models) {
    if (model.contract_hash.empty()) continue;
    const auto text = store.registry->ContractText(model.contract_hash);
    const std::string check = "contract:" + model.name;
    if (!text.ok()) {
      Bad(check, text.error());
      continue;
    }
    const auto contract = records::ParseContract(*text);
    if (!contract.ok()) {
      Bad(check, contract.error());
      continue;
    }
    for (const std::string& key : contract->not_enforced) {
      Warn(check, "'" + key + "' is not enforced yet", "do not rely on it");
    }
  }
}

// The key of pseudonyms: there when a contract needs it, outside the data, for its owner alone.
void Checks::Key(const LocalStore& store) {
  std::string needed_by;
  const auto models = store.registry->Models();
  if (!models.ok()) return Bad("pseudonym_key", models.error());
  for (const records::ModelRecord& model : *models) {
    if (model.contract_hash.empty()) continue;
    const auto text = store.registry->ContractText(model.contract_hash);
    const auto contract = text.ok() ? records::ParseContract(*text) : text.error();
    if (contract.ok() && !contract->privacy.pseudonymise.empty()) needed_by = model.name;
  }
  const std::string file = context_.settings.Text("privacy.pseudonym_key_file");
  if (file.empty()) {
    if (needed_by.empty()) return Good("pseudonym_key", "none, and no contract needs one");
    return Bad("pseudonym_key",
               Error(Code::kFailedPrecondition, "none, and '" + needed_by + "' pseudonymises")
                   .Help("set privacy.pseudonym_key_file; serve --create-key makes it"));
  }
  const auto key = records::KeyedPseudonymiser::Open(
      *context_.files,
      {.key_file = file, .data_directory = context_.settings.Text("data_dir")});
  if (!key.ok()) return Bad("pseudonym_key", key.error());
  Good("pseudonym_key", file + " is outside the data and its owner's alone");
}

void Checks::Journal() {
  const DataPaths paths(context_.settings.Text("data_dir"));
  if (!context_.files->Exists(paths.journal)) return Good("journal", "none yet");
  const auto report = records::VerifyNewest(*context_.files, paths.journal);
  if (!report.ok()) return Bad("journal", report.error());
  if (!report->findings.empty()) {
    return Bad("journal", Error(Code::kDataLoss, report->findings.front())
                              .Help("mooring log verify lists everything"));
  }
  Good("journal", "the newest " + std::to_string(report->segments) +
                      " segments are whole; mooring log verify reads all");
}

// A clock that is behind what it said before gives decisions wrong times and stretches windows.
void Checks::TimeOfDay() {
  constexpr std::chrono::seconds kTolerated{60};
  constexpr std::chrono::sys_days kEarliest = std::chrono::year(2023) / 1 / 1;
  const Time now = context_.clock->Now();
  const std::string said = FormatTime(now);
  const DataPaths paths(context_.settings.Text("data_dir"));
  if (context_.files->Exists(paths.journal)) {
    const auto newest = records::NewestRecordTime(*context_.files, paths.journal);
    if (newest.ok() && newest->has_value() && **newest > now + kTolerated) {
      return Bad("clock", Error(Code::kFailedPrecondition, "it says " + said)
                              .Why("the journal is ahead: its newest record is of " +
                                   FormatTime(**newest) +
                                   ", and decisions get that time until the clock is there")
                              .Help("set the clock if it is wrong; is a time service running?"));
    }
  }
  if (now >= kEarliest) return Good("clock", said + ", not before the journal's newest record");
  Warn("clock", "it says " + said, "set the clock; is a time service running?");
}

void Checks::Libraries() {
  const std::string directory = FindLibraries(context_.settings.Text("library_dir"));
  const auto duckdb = data::DuckDb::Open({.library_directory = directory});
  if (duckdb.ok()) {
    Good("duckdb", directory);
  } else {
    Warn("duckdb", "not loaded: no Parquet and no log query",
         "put libduckdb.so beside the program, or name its directory with library_dir");
  }
  if (control::CheckOnnxRuntime(directory).ok()) return Good("onnx_runtime", directory);
  Warn("onnx_runtime", "not loaded: no ONNX models",
       "put libonnxruntime.so.1 beside the program, or name its directory with library_dir");
}

void Checks::OpenFiles() {
  constexpr std::uint64_t kFew = 4096;
  const std::uint64_t limit = context_.process->OpenFilesLimit();
  const std::string detail = std::to_string(limit) + " files and connections at once";
  if (limit >= kFew) return Good("open_files", detail);
  Warn("open_files", detail, "raise it: ulimit -n 65536, or LimitNOFILE in the unit");
}

void Checks::Answering() {
  const ApiClient client(context_);
  const auto answer = client.Raw("GET", "/v2/health/ready", "", "");
  if (!answer.ok()) {
    Port();
    return Warn("server", "no server at " + client.url(), "mooring serve");
  }
  if (answer->status == 200) return Good("server", client.url() + " is ready");
  Warn("server", client.url() + " is not ready: " + std::to_string(answer->status),
       "look at its log on stderr");
}

// Only while no server answers: else the port is taken as it should be.
void Checks::Port() {
  const std::string host = context_.settings.Text("listen.host");
  const auto port = static_cast<std::uint16_t>(context_.settings.Number("listen.port"));
  const std::string place = host + ":" + std::to_string(port);
  const Status free = context_.process->CanListen(host, port);
  if (free.ok()) return Good("port", place + " is free");
  Bad("port", Error(free.error().code(), place + ": " + free.error().message())
                  .Help("stop who listens there, or set listen.port"));
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
          .flags = Join({LocalFlags(), OutputFlags()}),
          .run = RunDoctor};
}

}  // namespace mooring::app::cli
