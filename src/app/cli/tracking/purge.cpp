#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/config/settings.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "app/cli/store/tracked.h"
#include "records/catalogue/artifact_location.h"

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

// Where experiments that are kept have their files.
Result<std::vector<std::string>> KeptPlaces(records::TrackingStore& store) {
  std::vector<std::string> kept;
  std::string token;
  do {
    ASSIGN_OR_RETURN(const auto page, store.SearchExperiments(
                                          {.page_token = token, .view = records::ViewType::kAll}));
    for (const records::Experiment& experiment : page.items) {
      const auto path = records::StoredPath(experiment.artifact_location);
      if (path.ok()) kept.push_back(*path + "/");
    }
    token = page.next_token;
  } while (!token.empty());
  return kept;
}

// Two experiments may have been given one place: what goes with one is not the other's.
Status RemoveFiles(const TrackedStores& stores, const std::string& uri,
                   const std::vector<std::string>& kept) {
  ASSIGN_OR_RETURN(const std::string path, records::StoredPath(uri));
  for (const std::string& place : kept) {
    if (!place.starts_with(path + "/")) continue;
    return Error(Code::kFailedPrecondition, "an experiment that is kept has its files there")
        .Where(path);
  }
  return stores.artifacts->Remove(path);
}

struct Removed {
  std::uint64_t tracked = 0, artifacts = 0, versions = 0;
};

Result<Removed> Purge(Context& context, const TrackedStores& stores, records::Millis before) {
  ASSIGN_OR_RETURN(const std::vector<std::string> places, stores.tracking->Purge(before));
  Removed removed{.tracked = places.size()};
  ASSIGN_OR_RETURN(const std::vector<std::string> kept, KeptPlaces(*stores.tracking));
  for (const std::string& uri : places) {
    const Status gone = RemoveFiles(stores, uri, kept);
    if (gone.ok()) ++removed.artifacts;
    if (!gone.ok() && gone.error().code() != Code::kNotFound) {
      context.Warn("artifacts stay: " + gone.error().ToString());
    }
  }
  ASSIGN_OR_RETURN(removed.versions, stores.catalogue->Purge(before));
  return removed;
}

Result<ExitCode> RunPurge(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const milliseconds age, AgeOf(args.Text("older-than")));
  ASSIGN_OR_RETURN(const LocalTracked tracked, OpenTracked(context, "tracking purge", false));
  if (args.Has("dry-run")) {
    ASSIGN_OR_RETURN(const Deleted deleted, CountDeleted(*tracked.opened.tracking));
    context.Hint(std::to_string(deleted.runs) + " runs and " + std::to_string(deleted.experiments) +
                 " experiments are deleted, whatever their age; nothing was removed");
    return ExitCode::kDone;
  }
  const auto now =
      std::chrono::duration_cast<milliseconds>(context.clock->Now().time_since_epoch());
  ASSIGN_OR_RETURN(const Removed removed, Purge(context, tracked.opened, (now - age).count()));
  Listing listing("mooring.purge/1", {{"removed", "runs, logged models and experiments, for good"},
                                      {"artifacts", "of how many of them artifacts were removed"},
                                      {"versions", "of registered models, for good"}});
  listing.record = true;
  listing.Add({removed.tracked, removed.artifacts, removed.versions});
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command TrackingPurgeCommand() {
  return {
      .name = "tracking purge",
      .summary = "remove for good what was deleted long ago: runs, models, experiments",
      .text =
          "With all they held, artifacts included; of registered models the versions that were "
          "deleted. What was\ndeleted can be restored until then. The server must not run "
          "meanwhile.",
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
