#include <algorithm>

#include "control/moving/mlflow_files.h"
#include "control/moving/moving_job.h"

namespace mooring::control {
namespace {

using records::RegisteredModel;

constexpr VersionNumber kMostGaps = 1000;  // numbers that deleted versions left

// "…/<id>/artifacts/rest" gives "/rest", "" for the root itself; nothing where it is not so.
std::optional<std::string> Below(std::string_view uri, std::string_view id) {
  if (id.empty()) return std::nullopt;
  const std::string part = "/" + std::string(id) + "/artifacts";
  const std::size_t at = uri.find(part);
  if (at == uri.npos) return std::nullopt;
  const std::string_view rest = uri.substr(at + part.size());
  if (!rest.empty() && rest.front() != '/') return std::nullopt;
  return std::string(rest);
}

Result<bool> TakeModel(MovingJob& job, const RegisteredModel& theirs) {
  records::Catalogue& catalogue = *job.stores.catalogue;
  const auto here = catalogue.Model(theirs.name);
  if (here.ok()) {
    for (const records::KeyValue& tag : theirs.tags) {
      const auto& tags = here->tags;
      if (std::ranges::find(tags, tag.key, &records::KeyValue::key) != tags.end()) continue;
      RETURN_IF_ERROR(catalogue.SetModelTag(theirs.name, tag));
    }
    return false;
  }
  if (here.error().code() != Code::kNotFound) return here.error();
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
  ASSIGN_OR_RETURN(const auto ours, catalogue.Versions(model));
  VersionNumber next = ours.empty() ? 1 : ours.back().number + 1;
  ASSIGN_OR_RETURN(const auto burnt, job.ledger.Find("burnt", model));
  if (burnt.has_value()) {
    next = std::max(next, NumberIn(*burnt) + 1);
  }
  if (number > next + kMostGaps) return Ok();
  const records::Change change{.author = job.options.author, .reason = "a number deleted before"};
  for (; next < number; ++next) {
    ASSIGN_OR_RETURN(const auto made, catalogue.CreateVersion(
                                          {.model = model, .source = "deleted before the import"}));
    RETURN_IF_ERROR(catalogue.DeleteVersion(model, made.number, change));
    RETURN_IF_ERROR(job.ledger.Put("burnt", model, {.ours = std::to_string(made.number)}));
  }
  return Ok();
}

Result<VersionNumber> MoveVersion(MovingJob& job, const SourceVersion& theirs, bool ours_alone) {
  const std::string key = VersionKey(theirs.model, theirs.number);
  ASSIGN_OR_RETURN(const auto known, job.ledger.Find("version", key));
  if (known.has_value()) return NumberIn(*known);
  records::Catalogue& catalogue = *job.stores.catalogue;
  if (ours_alone) RETURN_IF_ERROR(BurnUpTo(job, theirs.model, theirs.number));
  records::NewModelVersion version = theirs;
  version.source = SourceHere(job, theirs);
  ASSIGN_OR_RETURN(const auto made, catalogue.CreateVersion(version));
  RETURN_IF_ERROR(job.ledger.Put("version", key, {.ours = std::to_string(made.number)}));
  ++job.report.versions.moved;
  if (made.number != theirs.number) {
    job.Note("version " + key + " is number " + std::to_string(made.number) + " here");
  }
  if (theirs.stage != records::Stage::kNone) {
    const auto staged = catalogue.SetStage(theirs.model, made.number, theirs.stage, false);
    if (!staged.ok()) job.Note("stage of " + key + ": " + staged.error().ToString());
  }
  return made.number;
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
    RETURN_IF_ERROR(job.ledger.Put("registered", theirs.name, {.ours = "made"}));
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

std::string SourceHere(MovingJob& job, const SourceVersion& version) {
  const std::string& uri = version.source;
  if (uri.starts_with("models:/") || uri.starts_with("runs:/")) return uri;
  const auto run = job.ledger.Find("run", version.run_id);
  const auto below_run = Below(uri, version.run_id);
  if (run.ok() && run->has_value() && below_run.has_value()) return (*run)->ours + *below_run;
  std::string model_id = version.model_id;
  if (model_id.empty() && uri.find("/models/m-") != uri.npos) {
    const std::size_t at = uri.find("/models/m-") + 8;
    model_id = uri.substr(at, uri.find('/', at) - at);
  }
  const auto model = job.ledger.Find("model", model_id);
  const auto below_model = Below(uri, model_id);
  if (model.ok() && model->has_value() && below_model.has_value()) {
    return (*model)->ours + *below_model;
  }
  job.Note("the files of version " + VersionKey(version.model, version.number) +
           " stay where they are: " + uri.substr(0, 200));
  return uri;
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
