#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/log/journal_directory.h"
#include "app/cli/log/records.h"

namespace mooring::app::cli {
namespace {

constexpr std::size_t kRecordsAtOnce = 4096;
constexpr std::chrono::milliseconds kPause{500};

// Reads all that is committed by now.
Status ReadToEnd(Context& context, const std::string& directory, records::JournalReader& reader,
                 RecordRows& rows) {
  ASSIGN_OR_RETURN(const records::JournalPosition end,
                   records::EndOfJournal(*context.files, directory));
  while (true) {
    ASSIGN_OR_RETURN(const std::size_t read, reader.Read(end, kRecordsAtOnce, rows));
    if (read == 0) return Ok();
  }
}

Result<ExitCode> RunTail(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const std::string directory, JournalDirectory(context, "log tail"));
  ASSIGN_OR_RETURN(const auto asked, args.Number("lines", 0, 1'000'000));
  const bool follow = args.Has("follow");
  RecordFilter filter{.model = args.Text("model")};
  if (const std::string kind = args.Text("kind"); !kind.empty()) {
    filter.decisions = kind == "decision";
    filter.outcomes = kind == "outcome";
    filter.refusals = kind == "refusal";
  }
  RecordRows rows(filter, asked.value_or(10));
  ASSIGN_OR_RETURN(const auto reader, records::JournalReader::Open(*context.files, directory));
  RETURN_IF_ERROR(ReadToEnd(context, directory, *reader, rows));
  Listing listing("mooring.records/1", RecordFields());
  rows.TakeInto(listing);
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  if (!follow) return ExitCode::kDone;
  context.process->HoldStopSignals();
  while (!context.process->WaitForStop(kPause)) {
    RecordRows news(filter, 1'000'000);
    RETURN_IF_ERROR(ReadToEnd(context, directory, *reader, news));
    listing.rows.clear();
    news.TakeInto(listing);
    if (listing.rows.empty()) continue;
    RETURN_IF_ERROR(PrintListing(context, args, listing));
  }
  return ExitCode::kDone;
}

}  // namespace

Command LogTailCommand() {
  return {
      .name = "log tail",
      .summary = "show the newest decisions, outcomes and refusals",
      .text =
          "Reads the journal itself, beside a running server. Inputs and outputs are fields of "
          "their\nown: --fields id,score,inputs.",
      .examples = {{"mooring log tail", "the last ten"},
                   {"mooring log tail --follow --kind refusal", "what is being refused, live"},
                   {"mooring log tail -n 1000 -o jsonl --fields id,score,inputs", "for a program"}},
      .flags =
          Join({{{.name = "lines", .value = "N", .summary = "how many (default 10)", .letter = 'n'},
                 {.name = "follow", .summary = "go on with what comes", .letter = 'f'},
                 {.name = "model",
                  .value = "NAME",
                  .summary = "decisions and refusals of one model only",
                  .completes = Completes::kModel},
                 {.name = "kind",
                  .value = "KIND",
                  .summary = "only these records",
                  .choices = {"decision", "outcome", "refusal"}}},
                LocalFlags(),
                OutputFlags()}),
      .run = RunTail};
}

}  // namespace mooring::app::cli
