#include <algorithm>
#include <optional>

#include "control/moving/mlflow_files.h"
#include "control/moving/moving_job.h"

namespace mooring::control {
namespace {

using records::RegisteredModel;

constexpr VersionNumber kMostGaps = 1000;  // numbers that deleted versions left

constexpr std::string_view kGap = "deleted before the import";

bool HasKey(const std::vector<records::KeyValue>& pairs, const std::string& key) {
  return std::ranges::find(pairs, key, &records::KeyValue::key) != pairs.end();
}

// "made" is said before it is made: an import that is cut between the two knows whose it is.
Result<bool> TakeModel(MovingJob& job, const RegisteredModel& theirs) {
  records::Catalogue& catalogue = *job.stores.catalogue;
  const auto here = catalogue.Model(theirs.name);
  if (here.ok()) {
    for (const records::KeyValue& tag : theirs.tags) {
      if (!HasKey(here->tags, tag.key)) RETURN_IF_ERROR(catalogue.SetModelTag(theirs.name, tag));
    }
    return false;
  }
  if (here.error().code() != Code::kNotFound) return here.error();
  RETURN_IF_ERROR(job.ledger.Put("registered", theirs.name, {.ours = "made"}));
  const auto made = catalogue.CreateModel({.name = theirs.name,
                                           .description = theirs.description,
                                           .user = theirs.user,
                                           .tags = theirs.tags});
  if (!made.ok()) return made.error();
  return true;
}

VersionNumber NumberIn(const Moved& moved) {
  return static_cast<VersionNumber>(WholeNumber(moved.ours).value_or(0));
}

std::string VersionKey(const std::string& model, VersionNumber number) {
  return std::to_string(number) + "@" + model;
}

// Numbers are given in order: those that are missing there are made and burnt here, so that a
// model that comes whole keeps its numbers.
Status BurnUpTo(MovingJob& job, const std::string& model, VersionNumber number) {
  records::Catalogue& catalogue = *job.stores.catalogue;
  const records::Change change{.author = job.options.author, .reason = "a number deleted before"};
  ASSIGN_OR_RETURN(const auto ours, catalogue.Versions(model));
  for (const records::ModelVersion& version : ours) {  // of an import that was cut
    if (version.source != kGap) continue;
    RETURN_IF_ERROR(catalogue.DeleteVersion(model, version.number, change));
  }
  VersionNumber next = ours.empty() ? 1 : ours.back().number + 1;
  ASSIGN_OR_RETURN(const auto burnt, job.ledger.Find("burnt", model));
  if (burnt.has_value()) next = std::max(next, NumberIn(*burnt) + 1);
  if (number > next + kMostGaps) return Ok();
  for (; next < number; ++next) {
    ASSIGN_OR_RETURN(const auto made,
                     catalogue.CreateVersion({.model = model, .source = std::string(kGap)}));
    RETURN_IF_ERROR(job.ledger.Put("burnt", model, {.ours = std::to_string(made.number)}));
    RETURN_IF_ERROR(catalogue.DeleteVersion(model, made.number, change));
  }
  return Ok();
}

// The number of a version that an import made before it was cut, and did not write down; or 0.
Result<VersionNumber> Unwritten(MovingJob& job, const records::NewModelVersion& version,
                                const std::string& key) {
  ASSIGN_OR_RETURN(const auto making, job.ledger.Find("making", version.model));
  if (!making.has_value() || making->theirs != key) return VersionNumber{0};
  ASSIGN_OR_RETURN(const auto ours, job.stores.catalogue->Versions(version.model));
  for (const records::ModelVersion& made : ours) {
    const bool same = made.source == version.source && made.run_id == version.run_id;
    if (same && made.number > NumberIn(*making)) return made.number;
  }
  return VersionNumber{0};
}

Result<VersionNumber> MakeVersion(MovingJob& job, const records::NewModelVersion& version,
                                  const std::string& key) {
  ASSIGN_OR_RETURN(const auto ours, job.stores.catalogue->Versions(version.model));
  const VersionNumber last = ours.empty() ? 0 : ours.back().number;
  RETURN_IF_ERROR(
      job.ledger.Put("making", version.model, {.ours = std::to_string(last), .theirs = key}));
  ASSIGN_OR_RETURN(const auto made, job.stores.catalogue->CreateVersion(version));
  return made.number;
}

// One that was brought before: tags that were set there since.
Status AddTags(MovingJob& job, const SourceVersion& theirs, VersionNumber number) {
  const auto here = job.stores.catalogue->Version(theirs.model, number);
  if (!here.ok()) return Ok();  // deleted here since: the comparison tells
  for (const records::KeyValue& tag : theirs.tags) {
    if (HasKey(here->tags, tag.key)) continue;
    RETURN_IF_ERROR(job.stores.catalogue->SetVersionTag(theirs.model, number, tag));
  }
  return Ok();
}

Result<VersionNumber> MoveVersion(MovingJob& job, const SourceVersion& theirs, bool ours_alone) {
  const std::string key = VersionKey(theirs.model, theirs.number);
  ASSIGN_OR_RETURN(const auto known, job.ledger.Find("version", key));
  if (known.has_value()) {
    RETURN_IF_ERROR(AddTags(job, theirs, NumberIn(*known)));
    return NumberIn(*known);
  }
  records::NewModelVersion version = theirs;
  const auto source = SourceHere(job, theirs);
  if (source.has_value()) version.source = *source;
  if (!source.has_value()) {
    job.Note("the files of version " + key +
             " stay where they are: " + version.source.substr(0, 200));
  }
  ASSIGN_OR_RETURN(VersionNumber number, Unwritten(job, version, key));
  if (number == 0) {
    if (ours_alone) RETURN_IF_ERROR(BurnUpTo(job, theirs.model, theirs.number));
    ASSIGN_OR_RETURN(number, MakeVersion(job, version, key));
  }
  if (theirs.stage != records::Stage::kNone) {
    const auto staged = job.stores.catalogue->SetStage(theirs.model, number, theirs.stage, false);
    if (!staged.ok()) job.Note("stage of " + key + ": " + staged.error().ToString());
  }
  RETURN_IF_ERROR(job.ledger.Put("version", key, {.ours = std::to_string(number)}));
  ++job.report.versions.moved;
  if (number != theirs.number) {
    job.Note("version " + key + " is number " + std::to_string(number) + " here");
  }
  return number;
}

Status MoveAliases(MovingJob& job, const RegisteredModel& theirs,
                   const std::vector<std::pair<VersionNumber, VersionNumber>>& numbers) {
  records::Catalogue& catalogue = *job.stores.catalogue;
  ASSIGN_OR_RETURN(const auto here, catalogue.Aliases(theirs.name));
  for (const auto& [alias, number] : theirs.aliases) {
    ++job.report.aliases.found;
    const auto ours =
        std::ranges::find(numbers, number, &std::pair<VersionNumber, VersionNumber>::first);
    const std::string what = "alias " + alias + " of " + theirs.name;
    if (ours == numbers.end()) {
      job.Note(what + ": its version is not there");
      continue;
    }
    const auto pointed = here.find(alias);
    if (pointed != here.end()) {
      if (pointed->second != ours->second) job.Note(what + " was here already and stays");
      continue;
    }
    const auto set = catalogue.SetAlias(
        theirs.name, alias, ours->second,
        {.author = job.options.author, .reason = "imported from " + job.source.name()});
    if (!set.ok() && EndsImport(set.error())) return set.error();
    if (set.ok()) ++job.report.aliases.moved;
    if (!set.ok()) job.Note(what + ": " + set.error().ToString());
  }
  return Ok();
}

void CountOnly(MovingJob& job, const RegisteredModel& theirs, std::size_t versions, bool done) {
  job.report.aliases.found += theirs.aliases.size();
  if (done) return;
  ++job.report.models.moved;
  job.report.versions.moved += versions;
  job.report.aliases.moved += theirs.aliases.size();
}

Status MoveModel(MovingJob& job, const RegisteredModel& theirs) {
  ++job.report.models.found;
  ASSIGN_OR_RETURN(const std::vector<SourceVersion> versions, job.source.Versions(theirs.name));
  job.report.versions.found += versions.size();
  const std::string print = PrintOf(theirs, versions);
  ASSIGN_OR_RETURN(const auto known, job.ledger.Find("registered", theirs.name));
  const bool done = known.has_value() && known->print == print;
  if (job.options.dry_run || done) {
    CountOnly(job, theirs, versions.size(), done);
    return Ok();
  }
  ASSIGN_OR_RETURN(const bool made, TakeModel(job, theirs));
  const bool alone = made || (known.has_value() && known->ours == "made");
  if (made) {
    ++job.report.models.moved;
  } else if (!known.has_value()) {
    job.Note("registered model '" + theirs.name + "' was here already: its versions follow ours");
  }
  std::vector<std::pair<VersionNumber, VersionNumber>> numbers;
  for (const SourceVersion& version : versions) {
    const auto number = MoveVersion(job, version, alone);
    if (number.ok()) {
      numbers.emplace_back(version.number, *number);
      continue;
    }
    if (EndsImport(number.error())) return number.error();
    job.Note("version " + VersionKey(theirs.name, version.number) + ": " +
             number.error().ToString());
  }
  RETURN_IF_ERROR(MoveAliases(job, theirs, numbers));
  return job.ledger.Put("registered", theirs.name,
                        {.print = print, .ours = alone ? "made" : "joined"});
}

}  // namespace

// "…/ID/artifacts/rest" is below what ID names here: a run, or a logged model.
std::optional<std::string> SourceHere(MovingJob& job, const SourceVersion& version) {
  constexpr std::string_view kArtifacts = "/artifacts";
  const std::string& uri = version.source;
  if (uri.starts_with("models:/") || uri.starts_with("runs:/")) return uri;
  for (std::size_t at = uri.find(kArtifacts); at != uri.npos; at = uri.find(kArtifacts, at + 1)) {
    const std::string rest = uri.substr(at + kArtifacts.size());
    const std::size_t slash = at == 0 ? uri.npos : uri.rfind('/', at - 1);
    if (slash == uri.npos || (!rest.empty() && rest.front() != '/')) continue;
    const std::string id = uri.substr(slash + 1, at - slash - 1);
    for (const std::string_view kind : {"run", "model"}) {
      const auto moved = job.ledger.Find(kind, id);
      if (moved.ok() && moved->has_value()) return (*moved)->ours + rest;
    }
  }
  return std::nullopt;
}

Status MoveRegistry(MovingJob& job) {
  if (job.stores.catalogue == nullptr && !job.options.dry_run) return Ok();
  std::string token;
  do {
    ASSIGN_OR_RETURN(const auto page, job.source.Models(token));
    for (const RegisteredModel& model : page.items) {
      const Status moved = MoveModel(job, model);
      if (!moved.ok() && EndsImport(moved.error())) return moved;
      if (!moved.ok()) {
        job.Note("registered model '" + model.name + "': " + moved.error().ToString());
      }
      RETURN_IF_ERROR(job.Tell());
    }
    token = page.next_token;
  } while (!token.empty());
  return Ok();
}

}  // namespace mooring::control
