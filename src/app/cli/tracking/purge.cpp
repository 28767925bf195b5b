#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/config/settings.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/store/tracked.h"

namespace mooring::app::cli {
namespace {

using std::chrono::milliseconds;

// "30d", "2w", and what durations of the configuration may be: "12h".
Result<milliseconds> AgeOf(const std::string& text) {
  const std::size_t last = text.empty() ? 0 : text.size() - 1;
  const char unit = text.empty() ? ' ' : text[last];
  if (unit != 'd' && unit != 'w') return ParseDuration(text);
  ASSIGN_OR_RETURN(const std::uint64_t number,
                   ParseNumber(text.substr(0, last), 0, 36'500, "--older-than"));
  return milliseconds(std::chrono::hours((unit == 'w' ? 168 : 24) * number));
}

struct Deleted {
  std::uint64_t experiments = 0, runs = 0;
};

// Whatever their age: when something was deleted only the store knows.
Result<Deleted> CountDeleted(records::TrackingStore& store) {
  Deleted deleted;
  std::string token;
  do {
    ASSIGN_OR_RETURN(const auto page, store.SearchExperiments(
                                          {.page_token = token, .view = records::ViewType::kAll}));
    for (const records::Experiment& experiment : page.items) {
      if (experiment.stage == records::Lifecycle::kDeleted) ++deleted.experiments;
      const std::string ids[] = {experiment.id};
      std::string next;
      do {
        ASSIGN_OR_RETURN(
            const auto runs,
            store.SearchRuns(ids, {.page_token = next, .view = records::ViewType::kDeletedOnly}));
        deleted.runs += runs.items.size();
        next = runs.next_token;
      } while (!next.empty());
    }
    token = page.next_token;
  } while (!token.empty());
  return deleted;
}

Result<ExitCode> RunPurge(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const milliseconds age, AgeOf(args.Text("older-than")));
  ASSIGN_OR_RETURN(const LocalTracked stores, OpenTracked(context, "tracking purge", false));
  if (args.Has("dry-run")) {
    ASSIGN_OR_RETURN(const Deleted deleted, CountDeleted(*stores.tracking));
    context.Hint(std::to_string(deleted.runs) + " runs and " + std::to_string(deleted.experiments) +
                 " experiments are deleted, whatever their age; nothing was removed");
    return ExitCode::kDone;
  }
  const auto now =
      std::chrono::duration_cast<milliseconds>(context.clock->Now().time_since_epoch());
  ASSIGN_OR_RETURN(const std::vector<std::string> places,
                   stores.tracking->Purge((now - age).count()));
  std::uint64_t removed = 0;
  for (const std::string& uri : places) {
    const auto path = control::PathHere(uri);
    const Status gone = path.ok() ? stores.artifacts->Remove(*path) : Status(path.error());
    if (gone.ok()) ++removed;
    if (!gone.ok() && gone.error().code() != Code::kNotFound) {
      context.Warn("artifacts stay: " + gone.error().ToString());
    }
  }
  Listing listing("mooring.purge/1", {{"removed", "runs, logged models and experiments, for good"},
                                      {"artifacts", "of how many of them artifacts were removed"}});
  listing.record = true;
  listing.Add({static_cast<std::uint64_t>(places.size()), removed});
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command TrackingPurgeCommand() {
  return {
      .name = "tracking purge",
      .summary = "remove for good what was deleted long ago: runs, models, experiments",
      .text =
          "With all they held, artifacts included; space of large ones is freed by the "
          "server later. What was\ndeleted can be restored until then. The server must not "
          "run meanwhile.",
      .examples = {{"mooring tracking purge --older-than 30d", "deleted 30 days ago or before"}},
      .flags = Join({{{.name = "older-than",
                       .value = "AGE",
                       .summary = "how long ago it was deleted: 30d, 2w, 12h"},
                      {.name = "dry-run", .summary = "say what is deleted, remove nothing"}},
                     LocalFlags(),
                     OutputFlags()}),
      .run = RunPurge};
}

}  // namespace mooring::app::cli
