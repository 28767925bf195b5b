#include "control/registration/version_blobs.h"

#include "model/flat_bytes.h"
#include "model/format.h"
#include "records/registry/version_files.h"

namespace mooring::control {

Result<std::string> VersionBlobs::PutArtifact(const model::Artifact& artifact,
                                              std::string_view flat) {
  records::Artifact files;
  for (const model::ArtifactFile& file : artifact.files()) {
    files.files.push_back({.path = file.path, .mapping = nullptr, .bytes = file.bytes});
  }
  ASSIGN_OR_RETURN(const std::string id, records::StoreArtifact(store_, files));
  RETURN_IF_ERROR(records::StoreFlat(store_, id, AsBytes(flat)));
  return id;
}

Result<std::string> VersionBlobs::PutText(std::string_view text) {
  ASSIGN_OR_RETURN(const data::BlobId blob, store_.Put(AsBytes(text)));
  return blob.ToString();
}

Result<model::Artifact> VersionBlobs::GetArtifact(const std::string& blob) const {
  ASSIGN_OR_RETURN(records::Artifact opened, records::OpenArtifact(store_, blob));
  auto owner = std::make_shared<const records::Artifact>(std::move(opened));
  std::vector<model::ArtifactFile> files;
  for (const records::ArtifactFile& file : owner->files) files.push_back({file.path, file.bytes});
  return model::Artifact(std::move(files), owner);
}

Result<VersionBlobs::Bytes> VersionBlobs::GetFlat(const std::string& blob) const {
  auto mapped = records::OpenFlat(files_, store_, blob);
  if (mapped.ok() && model::FlatFormatName((*mapped)->bytes()).ok()) {
    std::shared_ptr<const MappedFile> owner = std::move(*mapped);
    return Bytes{owner->bytes(), owner};
  }
  ASSIGN_OR_RETURN(const model::Artifact artifact, GetArtifact(blob));
  ASSIGN_OR_RETURN(std::string flat, model::Compile(artifact));
  RETURN_IF_ERROR(records::StoreFlat(store_, blob, AsBytes(flat)));
  auto owner = std::make_shared<const std::string>(std::move(flat));
  return Bytes{AsBytes(*owner), owner};
}

Result<std::string> VersionBlobs::GetText(const std::string& blob) const {
  ASSIGN_OR_RETURN(const Bytes bytes, Get(blob));
  return std::string(AsText(bytes.bytes));
}

Result<VersionBlobs::Bytes> VersionBlobs::Get(const std::string& blob) const {
  ASSIGN_OR_RETURN(const data::BlobId id, data::BlobId::Parse(blob));
  ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> mapped, store_.Get(id));
  return Bytes{mapped->bytes(), mapped};
}

}  // namespace mooring::control
