#include "records/audit/signing_key.h"

#include <cstdint>

namespace mooring::records {
namespace {

constexpr std::uint64_t kKeyFileBytes = 4096;
constexpr std::uint32_t kOthers = 077;  // any right of group or others

Status Publish(FileSystem& files, const std::string& directory, const SigningKey& key) {
  const std::string pem = PublicKeyPem(key.public_key());
  return files.WriteFileDurably(PublicKeyPath(directory), AsBytes(pem));
}

Result<SigningKey> Make(FileSystem& files, const std::string& directory) {
  if (files.Exists(PublicKeyPath(directory))) {
    return Error(Code::kFailedPrecondition, "the key that signs the control log is gone")
        .Where(SigningKeyPath(directory))
        .Why("its public half is still there")
        .Help("restore the key, or remove signing.pub to begin with a new one");
  }
  const std::string draft = SigningKeyPath(directory) + ".new";
  if (files.Exists(draft)) RETURN_IF_ERROR(files.Remove(draft));
  const SigningKey key = SigningKey::Generate();
  ASSIGN_OR_RETURN(const auto file, files.Open(draft, OpenMode::kCreatePrivate));
  RETURN_IF_ERROR(file->WriteAt(0, AsBytes(key.Pem())));
  RETURN_IF_ERROR(file->Sync());
  RETURN_IF_ERROR(files.Rename(draft, SigningKeyPath(directory)));
  RETURN_IF_ERROR(files.SyncDirectory(directory));
  RETURN_IF_ERROR(Publish(files, directory, key));
  return key;
}

}  // namespace

std::string SigningKeyPath(const std::string& directory) { return directory + "/signing.key"; }
std::string PublicKeyPath(const std::string& directory) { return directory + "/signing.pub"; }

Result<SigningKey> OpenSigningKey(FileSystem& files, const std::string& directory) {
  const std::string path = SigningKeyPath(directory);
  const auto facts = files.Stat(path);
  if (!facts.ok() && facts.error().code() != Code::kNotFound) return facts.error();
  if (!facts.ok()) return Make(files, directory);
  if ((facts->permissions & kOthers) != 0) {
    return Error(Code::kFailedPrecondition, "others may read the key that signs the control log")
        .Where(path)
        .Help("chmod 600 the file");
  }
  ASSIGN_OR_RETURN(const std::string pem, files.ReadFile(path, kKeyFileBytes));
  auto key = SigningKey::FromPem(pem);
  if (!key.ok()) {
    return Error(Code::kFailedPrecondition, "the key that signs the control log is damaged")
        .Where(path)
        .Help("restore the file from where you keep it");
  }
  if (!files.Exists(PublicKeyPath(directory))) RETURN_IF_ERROR(Publish(files, directory, *key));
  return key;
}

}  // namespace mooring::records
