#include "records/registry/version_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/io/file_tree.h"
#include "base/limits.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::records {
namespace {

using data::BlobId;
using data::BlobStore;

constexpr std::string_view kFormat = "mooring-artifact-1";
constexpr std::string_view kFlat = "flat";

Error Wrong(std::string_view what, std::string_view path) {
  return Error(Code::kInvalidArgument,
               fmt::format("artifact path '{}' {}", path.substr(0, 128), what));
}

// Safe below any directory: no way up, no absolute start, nothing that a shell or another system
// reads differently.
Status CheckPath(std::string_view path) {
  if (path.empty() || path.size() > limits::kArtifactPathBytes)
    return Wrong("is empty or too long", path);
  for (const char c : path) {
    if (static_cast<unsigned char>(c) < 0x20 || c == '\x7f' || c == '\\') {
      return Wrong("holds a forbidden character", path);
    }
  }
  for (std::string_view rest = path;;) {
    const auto slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    if (part.empty() || part == "." || part == "..")
      return Wrong("is not a plain relative path", path);
    if (slash == rest.npos) return Ok();
    rest.remove_prefix(slash + 1);
  }
}

Status CheckFiles(const Artifact& artifact) {
  if (artifact.files.empty()) return Error(Code::kInvalidArgument, "an artifact without files");
  if (artifact.files.size() > limits::kArtifactFiles) {
    return Error(Code::kTooLarge, fmt::format("an artifact of {} files", artifact.files.size()))
        .Why(fmt::format("at most {}", limits::kArtifactFiles));
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < artifact.files.size(); ++i) {
    const ArtifactFile& file = artifact.files[i];
    RETURN_IF_ERROR(CheckPath(file.path));
    if (i > 0 && artifact.files[i - 1].path >= file.path)
      return Wrong("is out of order or there twice", file.path);
    bytes += std::min(file.bytes.size(), limits::kArtifactBytes + 1);
  }
  if (bytes <= limits::kArtifactBytes) return Ok();
  return Error(Code::kTooLarge,
               "an artifact of more than " + std::to_string(limits::kArtifactBytes) + " bytes");
}

std::string_view LastPart(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

Result<ArtifactFile> OpenListed(const BlobStore& store, const Json& entry) {
  ArtifactFile file;
  ASSIGN_OR_RETURN(file.path, entry.GetString("path"));
  ASSIGN_OR_RETURN(const std::uint64_t size, entry.GetUint("size"));
  ASSIGN_OR_RETURN(const std::string_view sha, entry.GetString("sha256"));
  ASSIGN_OR_RETURN(const BlobId id, BlobId::Parse(sha));
  ASSIGN_OR_RETURN(file.mapping, store.Get(id));
  file.bytes = file.mapping->bytes();
  if (file.bytes.size() == size && BlobId::Of(file.bytes) == id) return file;
  return Error(Code::kDataLoss,
               fmt::format("artifact file '{}' is damaged", file.path.substr(0, 128)))
      .Where(store.PathOf(id))
      .Help("restore the blob, or register the version again");
}

}  // namespace

const ArtifactFile* Artifact::Find(std::string_view path) const {
  const auto found = std::ranges::find(files, path, &ArtifactFile::path);
  return found == files.end() ? nullptr : &*found;
}

Result<Artifact> ReadArtifact(FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(std::vector<TreeFile> tree, MapTree(files, path));
  Artifact artifact;
  artifact.name = LastPart(path);
  for (TreeFile& file : tree) {
    const ByteSpan bytes = file.mapping->bytes();
    artifact.files.push_back({std::move(file.path), std::move(file.mapping), bytes});
  }
  if (Status checked = CheckFiles(artifact); !checked.ok())
    return std::move(checked).error().Where(path);
  return artifact;
}

Result<std::string> StoreArtifact(BlobStore& store, const Artifact& artifact) {
  RETURN_IF_ERROR(CheckFiles(artifact));
  std::string manifest;
  JsonWriter json(manifest);
  json.BeginObject().Member("format", kFormat).Member("name", artifact.name);
  json.Key("files").BeginArray();
  for (const ArtifactFile& file : artifact.files) {
    ASSIGN_OR_RETURN(const BlobId id, store.Put(file.bytes));
    json.BeginObject().Member("path", file.path).Member("size", file.bytes.size());
    json.Member("sha256", id.ToString()).EndObject();
  }
  json.EndArray().EndObject();
  ASSIGN_OR_RETURN(const BlobId id, store.Put(AsBytes(manifest)));
  return id.ToString();
}

Result<Artifact> OpenArtifact(const BlobStore& store, std::string_view artifact_blob) {
  ASSIGN_OR_RETURN(const BlobId id, BlobId::Parse(artifact_blob));
  ASSIGN_OR_RETURN(const std::unique_ptr<MappedFile> manifest, store.Get(id));
  if (manifest->bytes().size() > limits::kManifestBytes || BlobId::Of(manifest->bytes()) != id) {
    return Error(Code::kDataLoss, "artifact manifest is damaged").Where(store.PathOf(id));
  }
  ASSIGN_OR_RETURN(const Json document,
                   Json::Parse(AsText(manifest->bytes()), {.name = "manifest"}));
  const auto format = document.GetString("format");
  if (!format.ok() || *format != kFormat) {
    return Error(Code::kUnsupported, "blob is not an artifact's manifest").Where(store.PathOf(id));
  }
  Artifact artifact;
  ASSIGN_OR_RETURN(artifact.name, document.GetString("name"));
  ASSIGN_OR_RETURN(const Json::Array* entries, document.GetArray("files"));
  for (const Json& entry : *entries) {
    if (artifact.files.size() > limits::kArtifactFiles) break;  // CheckFiles refuses it below
    ASSIGN_OR_RETURN(ArtifactFile file, OpenListed(store, entry));
    artifact.files.push_back(std::move(file));
  }
  RETURN_IF_ERROR(CheckFiles(artifact));
  return artifact;
}

Status StoreFlat(BlobStore& store, std::string_view artifact_blob, ByteSpan bytes) {
  ASSIGN_OR_RETURN(const BlobId id, BlobId::Parse(artifact_blob));
  return store.PutSidecar(id, kFlat, bytes);
}

Result<std::unique_ptr<MappedFile>> OpenFlat(FileSystem& files, const BlobStore& store,
                                             std::string_view artifact_blob) {
  ASSIGN_OR_RETURN(const BlobId id, BlobId::Parse(artifact_blob));
  ASSIGN_OR_RETURN(const std::string path, store.Sidecar(id, kFlat));
  return files.Map(path);
}

}  // namespace mooring::records
