#include "monitoring/sent_profile.h"

#include "monitoring/drift_findings.h"
#include "monitoring/judge.h"

namespace mooring::monitoring {
namespace {

Status CheckTimes(const SentWindow& window, Time now) {
  if (window.start >= window.end) {
    return Error(Code::kInvalidArgument, "the window ends before it begins")
        .Why(FormatTime(window.start) + " is not before " + FormatTime(window.end));
  }
  if (window.end > now + kSenderAhead) {
    return Error(Code::kInvalidArgument, "the window is not over yet")
        .Why("it ends at " + FormatTime(window.end) + ", now is " + FormatTime(now));
  }
  return Ok();
}

}  // namespace

Result<std::uint64_t> RowsOf(const data::BatchProfile& profile) {
  std::uint64_t rows = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < profile.width(); ++i) {
    const std::uint64_t here = profile.column(i).rows;
    if (here == 0) continue;  // the rows had no such column
    if (rows == 0) {
      rows = here;
      first = i;
    } else if (here != rows) {
      return Error(Code::kInvalidArgument, "the profile's columns counted different rows")
          .Why("'" + profile.name(first) + "' " + std::to_string(rows) + ", '" + profile.name(i) +
               "' " + std::to_string(here));
    }
  }
  if (rows == 0) return Error(Code::kInvalidArgument, "the profile has no rows");
  if (rows <= kSentRows) return rows;
  return Error(Code::kInvalidArgument, "the profile stands for too many rows")
      .Why(std::to_string(rows) + ", at most " + std::to_string(kSentRows));
}

Result<WindowReport> JudgeSent(const data::BatchProfile& reference, const data::BatchProfile& sent,
                               const records::MonitorRule& rule, const SentWindow& window,
                               Time now) {
  RETURN_IF_ERROR(CheckTimes(window, now));
  WindowReport report;
  ASSIGN_OR_RETURN(report.rows, RowsOf(sent));
  data::BatchProfile counted(reference.bins());
  if (!counted.Merge(sent).ok()) {
    return Error(Code::kInvalidArgument, "the profile has other bins than the version's reference")
        .Why("counts of different bins cannot be compared")
        .Help("mooring profile make FILE --like " + window.model + "@" +
              std::to_string(window.version));
  }
  report.model = window.model;
  report.version = window.version;
  report.start = window.start;
  report.end = window.end;
  Judge(reference, counted, rule, report);
  AddMissingInputs(reference, counted, report);
  return report;
}

}  // namespace mooring::monitoring
