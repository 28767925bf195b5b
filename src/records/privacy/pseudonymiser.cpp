#include "records/privacy/pseudonymiser.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/crypto/digest.h"

namespace mooring::records {
namespace {

constexpr std::size_t kKeyBytes = 32, kPseudonymBytes = 16;
constexpr std::uint32_t kOthers = 077;  // any right of group or others

// Absolute, with symbolic links followed as far as the path exists.
std::filesystem::path Real(const std::string& path) {
  std::error_code failed;
  std::filesystem::path real = std::filesystem::weakly_canonical(path, failed);
  return failed ? std::filesystem::path(path).lexically_normal() : real;
}

Status CheckPlace(const PseudonymKeyPlace& place) {
  const std::filesystem::path key = Real(place.key_file), data = Real(place.data_directory);
  const auto [in_data, in_key] = std::mismatch(data.begin(), data.end(), key.begin(), key.end());
  // "data/" ends with an empty part.
  const bool at_slash = in_data != data.end() && in_data->empty();
  const bool inside = in_data == data.end() || (at_slash && std::next(in_data) == data.end());
  if (!inside) return Ok();
  return Error(Code::kFailedPrecondition, "the pseudonym key lies inside the data directory")
      .Where(place.key_file)
      .Why("whoever copies the data would have the key to the people in it")
      .Help("keep the key file elsewhere, such as /etc/mooring/pseudonym.key");
}

}  // namespace

Result<std::unique_ptr<KeyedPseudonymiser>> KeyedPseudonymiser::Open(
    FileSystem& files, const PseudonymKeyPlace& place) {
  RETURN_IF_ERROR(CheckPlace(place));
  const auto facts = files.Stat(place.key_file);
  if (!facts.ok()) {
    if (facts.error().code() != Code::kNotFound) return facts.error();
    return Error(Code::kNotFound, "there is no pseudonym key")
        .Where(place.key_file)
        .Help("restore yours, or make one: (umask 077; openssl rand -hex 32 > FILE), or "
              "serve --create-key");
  }
  if ((facts->permissions & kOthers) != 0) {
    return Error(Code::kFailedPrecondition, "others may read the pseudonym key")
        .Where(place.key_file)
        .Help("chmod 600 the file");
  }
  ASSIGN_OR_RETURN(std::string text, files.ReadFile(place.key_file, 4096));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  auto key = Unhex(text);
  if (!key.ok() || key->size() != kKeyBytes) {
    return Error(Code::kFailedPrecondition, "the pseudonym key is not a key")
        .Where(place.key_file)
        .Why("it holds 64 lower-case hexadecimal characters")
        .Help("restore your key file; a new key would cut all earlier pseudonyms loose");
  }
  return std::unique_ptr<KeyedPseudonymiser>(new KeyedPseudonymiser(std::move(key).value()));
}

std::string KeyedPseudonymiser::Pseudonym(std::string_view column, std::string_view value) const {
  std::string text;
  text.reserve(column.size() + 1 + value.size());
  text.append(column).append(1, '\0').append(value);
  const Digest digest = HmacSha256(AsBytes(key_), AsBytes(text));
  return Hex(std::span(digest).first(kPseudonymBytes));
}

Status CreatePseudonymKey(FileSystem& files, const PseudonymKeyPlace& place) {
  RETURN_IF_ERROR(CheckPlace(place));
  const std::string text = Hex(AsBytes(RandomSecret(kKeyBytes))) + "\n";
  ASSIGN_OR_RETURN(const auto file, files.Open(place.key_file, OpenMode::kCreatePrivate));
  RETURN_IF_ERROR(file->WriteAt(0, AsBytes(text)));
  RETURN_IF_ERROR(file->Sync());
  const auto slash = place.key_file.rfind('/');
  return files.SyncDirectory(slash == std::string::npos ? "." : place.key_file.substr(0, slash));
}

}  // namespace mooring::records
