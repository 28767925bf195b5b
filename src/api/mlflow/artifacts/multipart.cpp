#include "api/mlflow/artifacts/multipart.h"

#include <charconv>

#include "api/mlflow/artifacts/artifact_paths.h"
#include "api/mlflow/artifacts/transfer.h"
#include "api/mlflow/wire/answer.h"
#include "api/mlflow/wire/errors.h"
#include "api/mlflow/wire/fields.h"
#include "base/text/json_writer.h"
#include "records/artifacts/artifact_path.h"
#include "records/artifacts/artifact_store.h"

namespace mooring::api::mlflow {
namespace {

using records::ArtifactStore;
using records::PartUploads;
using records::SentPart;

// Of one answer, whose credentials each repeat the caller's Authorization.
constexpr std::size_t kCredentialBytes = 16 * limits::kMiB;

Error NoParts() {
  // The words by which clients know that they should send the file whole.
  return Error(Code::kUnsupported,
               "Multipart upload is not supported for the current artifact repository");
}

struct Asked {
  ArtifactStore* store = nullptr;
  PartUploads* parts = nullptr;
  Fields in;
  std::string path;  // of the file to be, in the store
};

Result<Asked> AskOf(const Call& call) {
  ASSIGN_OR_RETURN(ArtifactStore* const store, ArtifactsOf(call));
  if (store->parts() == nullptr) return NoParts();
  ASSIGN_OR_RETURN(Fields in, Fields::Of(call));
  ASSIGN_OR_RETURN(const std::string local, in.Required("path"));
  const std::string name = local.substr(local.find_last_of("/\\") + 1);
  ASSIGN_OR_RETURN(const std::string path,
                   WritablePath(Joined(std::string_view(call.parameters[0]), name)));
  RETURN_IF_ERROR(records::CheckArtifactPath(path));
  if (name.empty()) return InvalidText("path", local, "it names no file");
  return Asked{store, store->parts(), std::move(in), path};
}

// "https://host:port/api/2.0/mlflow-artifacts/mpu/parts/<id>/"
std::string PartsUrl(const Call& call, std::string_view id) {
  const bool secure = call.api->use.https || call.request->Header("X-Forwarded-Proto") == "https";
  std::string url = secure ? "https://" : "http://";
  url.append(call.request->Header("Host")).append("/api/2.0/mlflow-artifacts/mpu/parts/");
  return url.append(id) + "/";
}

std::string CredentialsJson(const Call& call, std::string_view id, std::uint32_t parts) {
  const std::string url = PartsUrl(call, id);
  const std::string_view authorization = call.request->Header("Authorization");
  std::string body;
  JsonWriter json(body);
  json.BeginObject().Member("upload_id", id).Key("credentials").BeginArray();
  for (std::uint32_t number = 1; number <= parts; ++number) {
    json.BeginObject().Member("url", url + std::to_string(number)).Member("part_number", number);
    json.Key("headers").BeginObject();
    if (!authorization.empty()) json.Member("Authorization", authorization);
    json.EndObject().EndObject();
  }
  json.EndArray().EndObject();
  return body;
}

// An ETag as headers have it, in quotes, or without.
std::string TagOf(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

Result<std::vector<SentPart>> ReadParts(const Fields& in) {
  ASSIGN_OR_RETURN(const std::vector<Fields> listed, in.Objects("parts"));
  if (listed.size() > records::kMostParts) return Invalid("too many parts");
  std::vector<SentPart> parts;
  for (const Fields& each : listed) {
    ASSIGN_OR_RETURN(const std::int64_t number, each.RequiredInt("part_number"));
    ASSIGN_OR_RETURN(const std::string etag, each.Required("etag"));
    if (number < 1 || number > static_cast<std::int64_t>(records::kMostParts)) {
      return InvalidValue(each.PathOf("part_number"), each.Shown("part_number"), "no such part");
    }
    parts.push_back({static_cast<std::uint32_t>(number), TagOf(etag)});
  }
  return parts;
}

template <typename Number>
std::optional<Number> WholeNumber(std::string_view digits) {
  Number number = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || ec != std::errc() || end != digits.data() + digits.size()) return {};
  return number;
}

// Which part a PUT brings, and how long it is.
Result<records::PartPlace> PlaceOf(const Call& call) {
  records::PartPlace place;
  place.upload = call.parameters[0];
  const auto number = WholeNumber<std::uint32_t>(call.parameters[1]);
  if (!number) return InvalidText("part_number", call.parameters[1], "it is no part's number");
  place.number = *number;
  place.bytes = call.request->body.size();
  if (call.request->stream == nullptr) return place;
  const auto length = WholeNumber<std::uint64_t>(call.request->Header("Content-Length"));
  if (!length) return Invalid("A part needs a Content-Length, which says where it belongs.");
  place.bytes = *length;
  return place;
}

}  // namespace

Result<std::string> CreateMultipart(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call));
  ASSIGN_OR_RETURN(const std::int64_t parts, asked.in.RequiredInt("num_parts"));
  if (parts < 1 || parts > static_cast<std::int64_t>(records::kMostParts)) {
    return InvalidValue("num_parts", asked.in.Shown("num_parts"),
                        "must be 1 to " + std::to_string(records::kMostParts));
  }
  const std::size_t each = call.request->Header("Authorization").size() + 256;
  if (each * static_cast<std::size_t>(parts) > kCredentialBytes) {
    return Error(Code::kTooLarge, "so many credentials are too long an answer")
        .Help("send fewer, larger parts (MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE)");
  }
  const auto count = static_cast<std::uint32_t>(parts);
  ASSIGN_OR_RETURN(const std::string id, asked.parts->Create(asked.path, count));
  return CredentialsJson(call, id, count);
}

Result<std::string> CompleteMultipart(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call));
  ASSIGN_OR_RETURN(const std::string id, asked.in.Required("upload_id"));
  ASSIGN_OR_RETURN(const std::vector<SentPart> parts, ReadParts(asked.in));
  RETURN_IF_ERROR(asked.store->PublishParts(id, asked.path, parts));
  return Nothing();
}

Result<std::string> AbortMultipart(const Call& call) {
  ASSIGN_OR_RETURN(const Asked asked, AskOf(call));
  ASSIGN_OR_RETURN(const std::string id, asked.in.Required("upload_id"));
  RETURN_IF_ERROR(asked.parts->Abort(id, asked.path));
  return Nothing();
}

void PutPart(const Call& call) {
  const auto place = PlaceOf(call);
  if (!place.ok()) return call.Refuse(place.error());
  const auto store = ArtifactsOf(call);
  if (!store.ok()) return call.Refuse(store.error());
  PartUploads* const parts = (*store)->parts();
  if (parts == nullptr) return call.Refuse(NoParts());
  const auto writer = std::make_shared<std::unique_ptr<records::PartWriter>>();
  Taking taking;
  taking.begin = [parts, writer, place = *place]() -> Status {
    ASSIGN_OR_RETURN(*writer, parts->Begin(place));
    return Ok();
  };
  taking.append = [writer](ByteSpan bytes) { return (*writer)->Append(bytes); };
  taking.end = [writer]() -> Result<Response> {
    ASSIGN_OR_RETURN(const std::string tag, (*writer)->Finish());
    writer->reset();
    Response response;
    response.headers.emplace_back("ETag", "\"" + tag + "\"");
    response.body = "{}";
    return response;
  };
  Receive(call, std::move(taking));
}

}  // namespace mooring::api::mlflow
