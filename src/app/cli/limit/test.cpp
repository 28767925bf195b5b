#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/log/journal_directory.h"
#include "app/cli/output/listing.h"
#include "app/cli/output/progress.h"
#include "base/limits.h"
#include "records/contract/value.h"
#include "records/journal/reader.h"
#include "serving/stop_limits/what_if.h"

namespace mooring::app::cli {
namespace {

constexpr std::size_t kRecordsAtOnce = 16'384;

// The period: --from and --to, or --last before now.
Status ReadPeriod(const Context& context, const Args& args, serving::WhatIf::Options& options) {
  if (args.Has("last")) {
    if (args.Has("from") || args.Has("to")) {
      return Error(Code::kInvalidArgument, "--last goes without --from and --to");
    }
    ASSIGN_OR_RETURN(const std::chrono::seconds last, records::ParseDuration(args.Text("last")));
    options.from = context.clock->Now() - last;
    return Ok();
  }
  if (args.Has("from")) {
    ASSIGN_OR_RETURN(options.from, ParseTime(args.Text("from")));
  }
  if (args.Has("to")) {
    ASSIGN_OR_RETURN(options.to, ParseTime(args.Text("to")));
  }
  return Ok();
}

Status Replay(Context& context, const std::string& directory, serving::WhatIf& what_if) {
  ASSIGN_OR_RETURN(const records::JournalPosition end,
                   records::EndOfJournal(*context.files, directory));
  ASSIGN_OR_RETURN(const auto reader, records::JournalReader::Open(*context.files, directory));
  Progress progress(context, "records", 0);
  for (std::size_t read = 1; read != 0;) {
    ASSIGN_OR_RETURN(read, reader->Read(end, kRecordsAtOnce, what_if));
    RETURN_IF_ERROR(what_if.status());
    progress.Advance(read);
  }
  return Ok();
}

// Exact decimals; numbers to a program too.
Cell MoneyCell(const std::string& text) { return RawJson{text}; }

Cell TimeCell(Time time) { return time == Time() ? Cell() : Cell(time); }

Listing ListingOf(const serving::WhatIfReport& report) {
  Listing listing("mooring.limit_test/1",
                  {{"limit", "its name"},
                   {"kind", "what it bounds"},
                   {"advisory", "watches only", false},
                   {"fired", "decisions that it says no to"},
                   {"first", "when first"},
                   {"last", "when last", false},
                   {"latched", "shut since"},
                   {"stopped", "answers kept back"},
                   {"stopped_amount", "what those were about, added up"},
                   {"effect", "what those brought, where the outcome is known"},
                   {"effects_known", "of how many", false},
                   {"tightest", "the most of its max in use"},
                   {"not_replayed", "why it was left out"}});
  for (const serving::LimitWhatIf& limit : report.limits) {
    const bool known = limit.effects_known != 0;
    listing.Add({limit.name, records::LimitKindName(limit.kind), limit.advisory, limit.fired,
                 TimeCell(limit.first), TimeCell(limit.last), TimeCell(limit.latched),
                 limit.stopped,
                 limit.stopped_amount.empty() ? Cell() : MoneyCell(limit.stopped_amount),
                 known ? MoneyCell(limit.effect) : Cell(), limit.effects_known, limit.tightest,
                 limit.not_replayed});
  }
  return listing;
}

void Summarise(Context& context, const serving::WhatIfReport& report) {
  if (report.decisions == 0) return context.Hint("no decision of the model in that period");
  context.Hint(std::to_string(report.decisions) + " decisions from " + FormatTime(report.from) +
               " to " + FormatTime(report.to) + ": " + std::to_string(report.stopped) +
               " kept back, " + std::to_string(report.fallbacks) + " of them answered instead");
  if (report.no_answer != 0) {
    context.Hint(std::to_string(report.no_answer) + " had no answer of the model");
  }
}

Result<ExitCode> RunTest(Context& context, const Args& args) {
  const std::string& file = args.positional(0);
  ASSIGN_OR_RETURN(const std::string text, context.files->ReadFile(file, limits::kContractBytes));
  ASSIGN_OR_RETURN(const records::Contract contract, records::ParseContract(text, file));
  serving::WhatIf::Options options;
  options.contract = &contract;
  options.model = args.Text("model");
  RETURN_IF_ERROR(ReadPeriod(context, args, options));
  ASSIGN_OR_RETURN(const auto what_if, serving::WhatIf::Make(std::move(options)));
  ASSIGN_OR_RETURN(const std::string directory, JournalDirectory(context, "limit test"));
  RETURN_IF_ERROR(Replay(context, directory, *what_if));
  const serving::WhatIfReport report = what_if->Report();
  RETURN_IF_ERROR(PrintListing(context, args, ListingOf(report)));
  Summarise(context, report);
  return ExitCode::kDone;
}

}  // namespace

Command LimitTestCommand() {
  return {
      .name = "limit test",
      .summary = "what a contract's limits would have done to past decisions",
      .text =
          "Plays a period of the journal, beside a running server too, against the limits of a "
          "file.\nBudgets begin empty with the period. Nothing is changed.",
      .examples = {{"mooring limit test contract.yaml --last 7d", "before applying it"},
                   {"mooring limit test contract.yaml --from 2026-01-01T00:00:00Z -o json",
                    "for a program"}},
      .arguments = {{.name = "CONTRACT",
                     .summary = "file with the limits",
                     .completes = Completes::kFile}},
      .flags = Join({{{.name = "model",
                       .value = "MODEL",
                       .summary = "whose decisions (default: the contract's)",
                       .completes = Completes::kModel},
                      {.name = "from", .value = "TIME", .summary = "decisions from then on"},
                      {.name = "to", .value = "TIME", .summary = "decisions before then"},
                      {.name = "last", .value = "LENGTH", .summary = "the newest, as 7d or 12h"}},
                     LocalFlags(),
                     OutputFlags()}),
      .run = RunTest};
}

}  // namespace mooring::app::cli
