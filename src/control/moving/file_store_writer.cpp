#include "control/moving/file_store_writer.h"

#include <fmt/format.h>

#include "base/text/json_writer.h"
#include "control/moving/closed_tree.h"

namespace mooring::control {
namespace {

// Every part is a name of its own.
Status CheckPath(std::string_view path) {
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    RETURN_IF_ERROR(CheckPathPart(path.substr(at, end - at)));
    at = end + 1;
  }
  return Ok();
}

}  // namespace

// A JSON string is a double-quoted scalar of YAML. DEL is escaped: YAML calls it unprintable.
MetaText& MetaText::Text(std::string_view key, std::string_view value) {
  std::string quoted;
  AppendJsonString(quoted, value);
  text_.append(key).append(": ");
  for (const char c : quoted) {
    if (c == '\x7f') {
      text_.append("\\x7f");
    } else {
      text_.push_back(c);
    }
  }
  text_.push_back('\n');
  return *this;
}

MetaText& MetaText::TextOrNull(std::string_view key, std::string_view value) {
  return value.empty() ? Raw(key, "null") : Text(key, value);
}

MetaText& MetaText::Number(std::string_view key, std::int64_t value) {
  return Raw(key, std::to_string(value));
}

MetaText& MetaText::Raw(std::string_view key, std::string_view yaml) {
  text_.append(key).append(": ").append(yaml).append("\n");
  return *this;
}

Status FileStoreWriter::Directory(const std::string& path) {
  return files_.MakeDirectories(JoinPath(root_, path));
}

Result<std::unique_ptr<File>> FileStoreWriter::Create(const std::string& path) {
  RETURN_IF_ERROR(CheckPath(path));
  const std::size_t slash = path.rfind('/');
  if (slash != path.npos) RETURN_IF_ERROR(Directory(path.substr(0, slash)));
  return files_.Open(JoinPath(root_, path), OpenMode::kCreateNew);
}

Status FileStoreWriter::File(const std::string& path, std::string_view text) {
  ASSIGN_OR_RETURN(const auto file, Create(path));
  return text.empty() ? Ok() : file->WriteAt(0, AsBytes(text));
}

Status FileStoreWriter::Values(const std::string& directory,
                               std::span<const records::KeyValue> pairs) {
  for (const records::KeyValue& pair : pairs) {
    const std::string path = directory + "/" + pair.key;
    Status written = CheckPath(pair.key);
    if (written.ok()) written = File(path, pair.value);
    if (written.ok()) continue;
    if (written.error().code() == Code::kResourceExhausted) return written;
    Note(path + " is left out: " + written.error().message());
  }
  return Ok();
}

}  // namespace mooring::control
