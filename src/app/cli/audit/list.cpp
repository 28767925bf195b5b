#include <map>

#include "app/cli/args.h"
#include "app/cli/audit/sources.h"
#include "app/cli/commands.h"
#include "app/cli/output/listing.h"
#include "records/audit/check_log.h"
#include "records/contract/value.h"

namespace mooring::app::cli {
namespace {

using records::ControlEntry;

struct Filter {
  std::string actor, action, object;
  std::optional<Time> since;

  bool Takes(const ControlEntry& entry) const {
    if (!actor.empty() && entry.principal != actor) return false;
    if (!action.empty() && entry.action != action && !entry.action.starts_with(action + ".")) {
      return false;
    }
    if (!object.empty() && entry.object != object && !entry.object.starts_with(object + "/")) {
      return false;
    }
    return !since || entry.at >= *since;
  }
};

Result<Filter> FilterOf(const Context& context, const Args& args) {
  Filter filter{args.Text("actor"), args.Text("action"), args.Text("object"), {}};
  if (!args.Has("since")) return filter;
  const std::string since = args.Text("since");
  const auto time = ParseTime(since);
  if (time.ok()) {
    filter.since = *time;
    return filter;
  }
  const auto ago = records::ParseDuration(since);
  if (!ago.ok()) {
    return Error(Code::kInvalidArgument, "--since is neither a time nor a length of time")
        .Help("--since 2026-01-31T08:00:00Z, or --since 24h");
  }
  filter.since = context.clock->Now() - *ago;
  return filter;
}

Listing EntryListing() {
  return Listing("mooring.audit/1", {{"seq", "number of the entry"},
                                     {"at", "when"},
                                     {"actor", "who"},
                                     {"role", "as what", false},
                                     {"channel", "api, cli or server"},
                                     {"address", "of the caller", false},
                                     {"action", "what"},
                                     {"kind", "of the object", false},
                                     {"object", "to what"},
                                     {"detail", "how"},
                                     {"reason", "why"},
                                     {"before", "hash of what was in force", false},
                                     {"after", "hash of what is to be in force", false},
                                     {"outcome", "what came of it; empty: not known"},
                                     {"result", "what the change told", false},
                                     {"outcome_seq", "entry of the outcome", false}});
}
constexpr std::size_t kOutcomeField = 13;

Cell TextCell(const std::string& text) { return text.empty() ? Cell() : Cell(text); }

Cell OutcomeCell(const std::string& outcome) {
  return Cell(outcome, outcome == "done" ? Colour::kGreen : Colour::kRed);
}

// An outcome belongs into the row of the entry that it is of.
class Rows {
 public:
  explicit Rows(Filter filter) : filter_(std::move(filter)) {}

  void Add(const ControlEntry& entry) {
    if (entry.outcome_of) return Outcome(entry);
    if (!filter_.Takes(entry)) return;
    at_[entry.sequence] = rows_.size();
    rows_.push_back({entry.sequence, entry.at, TextCell(entry.principal), TextCell(entry.role),
                     TextCell(entry.channel), TextCell(entry.address), TextCell(entry.action),
                     TextCell(entry.object_kind), TextCell(entry.object), TextCell(entry.detail),
                     TextCell(entry.reason), TextCell(entry.before), TextCell(entry.after), Cell(),
                     Cell(), Cell()});
  }
  // The newest `limit`, oldest first.
  void TakeInto(Listing& listing, std::size_t limit) {
    const std::size_t from = rows_.size() > limit ? rows_.size() - limit : 0;
    for (std::size_t i = from; i < rows_.size(); ++i) listing.Add(std::move(rows_[i]));
  }

 private:
  void Outcome(const ControlEntry& entry) {
    const auto found = at_.find(*entry.outcome_of);
    if (found == at_.end()) return;
    std::vector<Cell>& row = rows_[found->second];
    row[kOutcomeField] = OutcomeCell(entry.outcome);
    row[kOutcomeField + 1] = TextCell(entry.detail);
    row[kOutcomeField + 2] = Cell(entry.sequence);
  }

  const Filter filter_;
  std::vector<std::vector<Cell>> rows_;
  std::map<std::uint64_t, std::size_t> at_;
};

Result<ExitCode> RunList(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(Filter filter, FilterOf(context, args));
  ASSIGN_OR_RETURN(const auto limit, args.Number("limit", 1, 1'000'000));
  ASSIGN_OR_RETURN(const auto log, OpenControlLog(context, args));
  Rows rows(std::move(filter));
  RETURN_IF_ERROR(records::VisitEntries(log->bytes(), [&rows](const ControlEntry& entry) {
    rows.Add(entry);
    return true;
  }));
  Listing listing = EntryListing();
  rows.TakeInto(listing, limit.value_or(1000));
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command AuditListCommand() {
  return {
      .name = "audit list",
      .summary = "who changed what, when, why and from where, oldest first",
      .text =
          "One line a change, with what came of it. A change without an outcome was cut off by\n"
          "a crash or is under way: it may or may not have happened.",
      .examples = {{"mooring audit list --since 24h", "of the last day"},
                   {"mooring audit list --object credit --action alias -o json",
                    "what moved the aliases of one model, for a program"}},
      .flags = Join(
          {{{.name = "actor", .value = "NAME", .summary = "by one person only"},
            {.name = "action",
             .value = "WORD",
             .summary = "one action, or all of its kind: alias.set, alias"},
            {.name = "object",
             .value = "NAME",
             .summary = "of one object and what belongs to it: a model",
             .completes = Completes::kModel},
            {.name = "since", .value = "TIME", .summary = "from a time on, or the last 24h, 7d"},
            {.name = "limit", .value = "N", .summary = "the newest that many (1000)"}},
           FromFlag(),
           LocalFlags(),
           OutputFlags()}),
      .run = RunList};
}

}  // namespace mooring::app::cli
