#include "control/moving/mlflow_rest_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "base/text/json_writer.h"
#include "control/moving/closed_tree.h"
#include "control/moving/rest_json.h"
#include "records/catalogue/artifact_location.h"

namespace mooring::control {
namespace {

using records::PageOf;

constexpr int kTries = 3;
constexpr std::size_t kFilesOfOne = 100'000;
constexpr std::string_view kApi = "/api/2.0/mlflow/";

std::string Base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    const std::size_t have = std::min<std::size_t>(3, text.size() - at);
    unsigned bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = (bits << 8) | (i < have ? static_cast<unsigned char>(text[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= have ? kDigits[(bits >> (18 - 6 * i)) & 63] : '=';
    }
  }
  return out;
}

std::string Escaped(std::string_view text, std::string_view also_plain = "") {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~' ||
                       also_plain.find(c) != also_plain.npos;
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Code CodeOf(int status) {
  if (status == 401) return Code::kUnauthenticated;
  if (status == 403) return Code::kPermissionDenied;
  if (status == 404) return Code::kNotFound;
  if (status == 408 || status == 429 || status >= 500) return Code::kUnavailable;
  return Code::kInvalidArgument;
}

class WholeStream final : public ByteStream {
 public:
  explicit WholeStream(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<ByteSpan> Next() override {
    const std::size_t most = std::min<std::size_t>(bytes_.size() - at_, 1 << 20);
    const ByteSpan piece = AsBytes(std::string_view(bytes_).substr(at_, most));
    at_ += most;
    return piece;
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

class RestSource final : public MlflowSource {
 public:
  explicit RestSource(const MlflowSourceOptions& options)
      : transport_(*options.transport), name_(options.from) {
    while (name_.ends_with('/')) name_.pop_back();
    if (!options.username.empty()) {
      secret_ = "Basic " + Base64(options.username + ":" + options.password);
    } else if (!options.token.empty()) {
      secret_ = "Bearer " + options.token;
    }
  }

  const std::string& name() const override { return name_; }
  Result<PageOf<records::Experiment>> Experiments(const std::string& token) override;
  Result<PageOf<records::Run>> Runs(const std::string& experiment_id,
                                    const std::string& token) override;
  Result<PageOf<records::Metric>> History(const records::Run& run, const std::string& key,
                                          const std::string& token) override;
  Result<PageOf<records::LoggedModel>> LoggedModels(const std::string& experiment_id,
                                                    const std::string& token) override;
  Result<std::vector<SourceArtifact>> Artifacts(const ArtifactOwner& owner) override;
  Result<std::unique_ptr<ByteStream>> Open(const ArtifactOwner& owner,
                                           const std::string& path) override;
  Result<PageOf<records::RegisteredModel>> Models(const std::string& token) override;
  Result<std::vector<SourceVersion>> Versions(const std::string& model) override;

 private:
  Result<std::string> Raw(const std::string& method, const std::string& path,
                          const std::string& body);
  Result<Json> Get(const std::string& path) { return Parsed(Raw("GET", path, "")); }
  Result<Json> Post(const std::string& path, const std::string& body) {
    return Parsed(Raw("POST", path, body));
  }
  static Result<Json> Parsed(Result<std::string> text);
  // One directory: its files and directories, by paths relative to the owner's root.
  Status ListOne(const ArtifactOwner& owner, const std::string& directory,
                 std::vector<SourceArtifact>& files, std::vector<std::string>& directories);

  Transport& transport_;
  std::string name_, secret_;
};

Result<std::string> RestSource::Raw(const std::string& method, const std::string& path,
                                    const std::string& body) {
  HttpCall call{.method = method,
                .url = name_ + path,
                .body = body,
                .timeout = std::chrono::minutes(2),
                .answer_limit_bytes = limits::kArtifactBytes};
  if (!secret_.empty()) call.headers.emplace_back("Authorization", secret_);
  if (!body.empty()) call.headers.emplace_back("Content-Type", "application/json");
  for (int attempt = 1;; ++attempt) {
    auto answer = transport_.Send(call);
    const bool busy = answer.ok() ? CodeOf(answer->status) == Code::kUnavailable
                                  : answer.error().code() == Code::kUnavailable;
    if (busy && attempt < kTries) continue;
    if (!answer.ok()) return std::move(answer).error().Context("the MLflow server");
    if (answer->status >= 200 && answer->status < 300) return std::move(answer->body);
    const auto problem = Json::Parse(answer->body);
    std::string why = problem.ok() ? TextIn(*problem, "message") : "";
    return Error(CodeOf(answer->status),
                 fmt::format("the MLflow server answers {}", answer->status))
        .Where(method + " " + path.substr(0, 200))
        .Why(why.substr(0, 500));
  }
}

Result<Json> RestSource::Parsed(Result<std::string> text) {
  if (!text.ok()) return std::move(text).error();
  auto json = Json::Parse(*text, {.name = "answer"});
  if (!json.ok() || !json->IsObject()) {
    return Error(Code::kDataLoss, "the server's answer is not MLflow's JSON")
        .Help("is this the address of a tracking server?");
  }
  return json;
}

Result<PageOf<records::Experiment>> RestSource::Experiments(const std::string& token) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Member("max_results", 1000).Member("view_type", "ALL");
  if (!token.empty()) json.Member("page_token", token);
  json.EndObject();
  ASSIGN_OR_RETURN(const Json answer, Post(std::string(kApi) + "experiments/search", body));
  PageOf<records::Experiment> page{.items = {}, .next_token = TextIn(answer, "next_page_token")};
  for (const Json& item : ListIn(answer, "experiments")) page.items.push_back(ExperimentOf(item));
  return page;
}

Result<PageOf<records::Run>> RestSource::Runs(const std::string& experiment_id,
                                              const std::string& token) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("experiment_ids").BeginArray().Value(experiment_id).EndArray();
  json.Member("max_results", 500).Member("run_view_type", "ALL");
  if (!token.empty()) json.Member("page_token", token);
  json.EndObject();
  ASSIGN_OR_RETURN(const Json answer, Post(std::string(kApi) + "runs/search", body));
  PageOf<records::Run> page{.items = {}, .next_token = TextIn(answer, "next_page_token")};
  for (const Json& item : ListIn(answer, "runs")) page.items.push_back(RunOf(item));
  return page;
}

Result<PageOf<records::Metric>> RestSource::History(const records::Run& run, const std::string& key,
                                                    const std::string& token) {
  std::string path = fmt::format("{}metrics/get-history?run_id={}&metric_key={}&max_results=25000",
                                 kApi, Escaped(run.info.id), Escaped(key));
  if (!token.empty()) path += "&page_token=" + Escaped(token);
  ASSIGN_OR_RETURN(const Json answer, Get(path));
  PageOf<records::Metric> page{.items = {}, .next_token = TextIn(answer, "next_page_token")};
  for (const Json& item : ListIn(answer, "metrics")) page.items.push_back(MetricOf(item));
  return page;
}

// Servers before 3.0 know no logged models.
Result<PageOf<records::LoggedModel>> RestSource::LoggedModels(const std::string& experiment_id,
                                                              const std::string& token) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Key("experiment_ids").BeginArray().Value(experiment_id).EndArray();
  json.Member("max_results", 50);
  if (!token.empty()) json.Member("page_token", token);
  json.EndObject();
  auto answer = Post(std::string(kApi) + "logged-models/search", body);
  if (!answer.ok() && answer.error().code() == Code::kNotFound) {
    return PageOf<records::LoggedModel>();
  }
  if (!answer.ok()) return std::move(answer).error();
  PageOf<records::LoggedModel> page{.items = {}, .next_token = TextIn(*answer, "next_page_token")};
  for (const Json& item : ListIn(*answer, "models")) page.items.push_back(LoggedModelOf(item));
  return page;
}

Status RestSource::ListOne(const ArtifactOwner& owner, const std::string& directory,
                           std::vector<SourceArtifact>& files,
                           std::vector<std::string>& directories) {
  const bool proxied = owner.uri.starts_with("mlflow-artifacts:");
  std::string path;
  if (proxied) {
    ASSIGN_OR_RETURN(const std::string root, records::StoredPath(owner.uri));
    path = "/api/2.0/mlflow-artifacts/artifacts?path=" + Escaped(JoinPath(root, directory));
  } else if (owner.is_model) {
    path = fmt::format("{}logged-models/{}/artifacts/directories?artifact_directory_path={}", kApi,
                       Escaped(owner.id), Escaped(directory));
  } else {
    path = fmt::format("{}artifacts/list?run_id={}&path={}", kApi, Escaped(owner.id),
                       Escaped(directory));
  }
  ASSIGN_OR_RETURN(const Json answer, Get(path));
  for (const Json& entry : ListIn(answer, "files")) {
    const std::string told = TextIn(entry, "path");
    // The proxy tells names, the other calls paths below the root.
    const std::string name = told.substr(told.rfind('/') + 1);
    if (const Status good = CheckPathPart(name); !good.ok()) {
      PassOver("artifact '" + told.substr(0, 200) + "' of " + owner.id, good.error());
      continue;
    }
    const Json* is_directory = entry.Find("is_dir");
    if (is_directory != nullptr && is_directory->IsBool() && *is_directory->AsBool()) {
      directories.push_back(JoinPath(directory, name));
    } else {
      files.push_back({JoinPath(directory, name), static_cast<std::uint64_t>(std::max<std::int64_t>(
                                                      IntIn(entry, "file_size").value_or(0), 0))});
    }
  }
  return Ok();
}

Result<std::vector<SourceArtifact>> RestSource::Artifacts(const ArtifactOwner& owner) {
  std::vector<SourceArtifact> files;
  std::vector<std::string> waiting{""};
  for (std::size_t lists = 0; !waiting.empty(); ++lists) {
    const std::string directory = std::move(waiting.back());
    waiting.pop_back();
    const auto depth = static_cast<std::size_t>(std::ranges::count(directory, '/'));
    if (depth > kTreeDepth || lists + files.size() > kFilesOfOne) {
      return Error(Code::kTooLarge, "too many artifacts").Where(owner.id);
    }
    RETURN_IF_ERROR(ListOne(owner, directory, files, waiting));
  }
  std::ranges::sort(files, {}, &SourceArtifact::path);
  return files;
}

Result<std::unique_ptr<ByteStream>> RestSource::Open(const ArtifactOwner& owner,
                                                     const std::string& path) {
  std::string call;
  if (owner.uri.starts_with("mlflow-artifacts:")) {
    ASSIGN_OR_RETURN(const std::string root, records::StoredPath(owner.uri));
    call = "/api/2.0/mlflow-artifacts/artifacts/" + Escaped(JoinPath(root, path), "/");
  } else if (owner.is_model) {
    call =
        fmt::format("/ajax-api/2.0/mlflow/logged-models/{}/artifacts/files?artifact_file_path={}",
                    Escaped(owner.id), Escaped(path));
  } else {
    call = fmt::format("/get-artifact?run_id={0}&run_uuid={0}&path={1}", Escaped(owner.id),
                       Escaped(path));
  }
  ASSIGN_OR_RETURN(std::string bytes, Raw("GET", call, ""));
  return std::unique_ptr<ByteStream>(std::make_unique<WholeStream>(std::move(bytes)));
}

Result<PageOf<records::RegisteredModel>> RestSource::Models(const std::string& token) {
  std::string path = std::string(kApi) + "registered-models/search?max_results=100";
  if (!token.empty()) path += "&page_token=" + Escaped(token);
  ASSIGN_OR_RETURN(const Json answer, Get(path));
  PageOf<records::RegisteredModel> page{.items = {},
                                        .next_token = TextIn(answer, "next_page_token")};
  for (const Json& item : ListIn(answer, "registered_models")) {
    // The model itself tells its aliases; a search may not.
    ASSIGN_OR_RETURN(
        const Json one,
        Get(std::string(kApi) + "registered-models/get?name=" + Escaped(TextIn(item, "name"))));
    page.items.push_back(RegisteredModelOf(ObjectIn(one, "registered_model")));
  }
  return page;
}

Result<std::vector<SourceVersion>> RestSource::Versions(const std::string& model) {
  std::vector<SourceVersion> versions;
  const char* quote = model.find('\'') == model.npos ? "'" : "\"";
  const std::string filter = Escaped("name=" + (quote + model) + quote);
  std::string token;
  do {
    std::string path =
        std::string(kApi) + "model-versions/search?max_results=1000&filter=" + filter;
    if (!token.empty()) path += "&page_token=" + Escaped(token);
    ASSIGN_OR_RETURN(const Json answer, Get(path));
    for (const Json& item : ListIn(answer, "model_versions")) {
      SourceVersion version = VersionOf(item);
      if (version.model == model && version.number > 0) versions.push_back(std::move(version));
    }
    token = TextIn(answer, "next_page_token");
  } while (!token.empty());
  std::ranges::sort(versions, {}, &SourceVersion::number);
  return versions;
}

}  // namespace

Result<std::unique_ptr<MlflowSource>> OpenMlflowRest(const MlflowSourceOptions& options) {
  if (options.transport == nullptr) return Error(Code::kInternal, "no transport");
  if (options.from.find('@') != options.from.npos) {
    return Error(Code::kInvalidArgument, "a URL with credentials in it")
        .Help("set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD instead");
  }
  auto source = std::make_unique<RestSource>(options);
  ASSIGN_OR_RETURN(const auto first, source->Experiments(""));
  static_cast<void>(first);
  return std::unique_ptr<MlflowSource>(std::move(source));
}

}  // namespace mooring::control
