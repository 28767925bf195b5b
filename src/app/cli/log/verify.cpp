#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/log/journal_directory.h"
#include "app/cli/output/listing.h"
#include "base/text/json_writer.h"
#include "records/journal/reader.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunVerify(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const std::string directory, JournalDirectory(context, "log verify"));
  ASSIGN_OR_RETURN(const records::VerifyReport report,
                   records::VerifyJournal(*context.files, directory));
  std::string findings;
  JsonWriter json(findings);
  json.BeginArray();
  for (const std::string& finding : report.findings) json.Value(finding);
  json.EndArray();
  Listing listing("mooring.verify/1", {{"segments", "files"},
                                       {"records", "all kinds"},
                                       {"decisions", "of them"},
                                       {"bytes", "read"},
                                       {"findings", "what is damaged"}});
  listing.record = true;
  listing.Add({report.segments, report.records, report.decisions, report.bytes, RawJson{findings}});
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  for (const std::string& finding : report.findings) context.Warn(finding);
  return report.findings.empty() ? ExitCode::kDone : ExitCode::kFindings;
}

}  // namespace

Command LogVerifyCommand() {
  return {.name = "log verify",
          .summary = "walk the journal's checksums and hash chain; exits with 1 when it is damaged",
          .examples = {{"mooring log verify", "the whole journal"}},
          .flags = Join({LocalFlags(), OutputFlags()}),
          .run = RunVerify};
}

}  // namespace mooring::app::cli
