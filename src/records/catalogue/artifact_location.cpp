#include "records/catalogue/artifact_location.h"

#include <fmt/format.h>

#include <charconv>

namespace mooring::records {
namespace {

constexpr std::string_view kModels = "models:/", kRuns = "runs:/", kProxy = "mlflow-artifacts:";
constexpr int kCopies = 32;

std::string_view WithoutSlashes(std::string_view text) {
  while (text.starts_with('/')) text.remove_prefix(1);
  return text;
}

Error Unreadable(std::string_view source) {
  return Error(Code::kInvalidArgument,
               fmt::format("'{}' names no model version", source.substr(0, 256)));
}

std::string Joined(std::string base, std::string_view path) {
  while (base.ends_with('/')) base.pop_back();
  path = WithoutSlashes(path);
  return path.empty() ? base : base + "/" + std::string(path);
}

Result<TrackingStore*> Need(TrackingStore* tracking) {
  if (tracking != nullptr) return tracking;
  return Error(Code::kUnsupported, "this server tracks no runs and no logged models");
}

// The version that "name/3" or "name@alias" means.
Result<ModelVersion> VersionNamed(Catalogue& catalogue, std::string_view name) {
  const std::size_t at = name.rfind('@'), slash = name.rfind('/');
  if (slash != name.npos && (at == name.npos || at < slash)) {
    const std::string_view digits = name.substr(slash + 1);
    VersionNumber number = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool whole = ec == std::errc() && end == digits.data() + digits.size();
    if (whole) return catalogue.Version(name.substr(0, slash), number);
    if (digits == "latest") return catalogue.VersionOf(name.substr(0, slash), digits);
    return Unreadable(name);
  }
  if (at == name.npos) return Unreadable(name);
  return catalogue.VersionOf(name.substr(0, at), name.substr(at + 1));
}

bool IsLoggedModel(std::string_view name) {
  return name.starts_with("m-") && name.find_first_of("/@") == name.npos;
}

Result<std::string> UriOfRun(TrackingStore* tracking, std::string_view rest) {
  ASSIGN_OR_RETURN(TrackingStore* const store, Need(tracking));
  const std::string_view run_id = rest.substr(0, rest.find('/'));
  ASSIGN_OR_RETURN(const Run run, store->GetRun(run_id));
  return Joined(run.info.artifact_uri, rest.substr(run_id.size()));
}

}  // namespace

Result<std::string> ArtifactUriOf(Catalogue& catalogue, TrackingStore* tracking,
                                  std::string_view source) {
  std::string uri(source);
  for (int copies = 0; copies < kCopies; ++copies) {
    if (uri.starts_with(kRuns)) {
      return UriOfRun(tracking, WithoutSlashes(std::string_view(uri).substr(kRuns.size())));
    }
    if (!uri.starts_with(kModels)) return uri;
    const std::string_view name = WithoutSlashes(std::string_view(uri).substr(kModels.size()));
    if (IsLoggedModel(name)) {
      ASSIGN_OR_RETURN(TrackingStore* const store, Need(tracking));
      ASSIGN_OR_RETURN(const LoggedModel model, store->GetLoggedModel(name));
      return model.artifact_uri;
    }
    ASSIGN_OR_RETURN(const ModelVersion version, VersionNamed(catalogue, name));
    uri = version.source;
  }
  return Error(Code::kFailedPrecondition,
               fmt::format("'{}' is a copy of copies that do not end", source.substr(0, 256)));
}

Result<std::string> StoredPath(std::string_view uri) {
  if (!uri.starts_with(kProxy)) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("its files are not in this server's artifact store but at '{}'",
                             uri.substr(0, 256)));
  }
  std::string_view path = uri.substr(kProxy.size());
  if (path.starts_with("//")) {  // a host, perhaps an empty one
    path.remove_prefix(2);
    path.remove_prefix(std::min(path.find('/'), path.size()));
  }
  path = WithoutSlashes(path);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (!path.empty()) return std::string(path);
  return Error(Code::kFailedPrecondition, "its source is the whole artifact store");
}

}  // namespace mooring::records
