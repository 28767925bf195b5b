#include "records/artifacts/artifact_path.h"

#include "base/text/utf8.h"

namespace mooring::records {
namespace {

bool IsGood(std::string_view path) {
  if (path.empty() || path.size() > kArtifactPathBytes) return false;
  for (const char c : path) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\') return false;
  }
  if (FirstInvalidUtf8(path) != path.size()) return false;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment.empty() || segment == "." || segment == "..") return false;
    begin = end + 1;
  }
  return true;
}

}  // namespace

Status CheckArtifactPath(std::string_view path) {
  return IsGood(path) ? Ok() : Status(Error(Code::kInvalidArgument, "Invalid path"));
}

PathRange Below(std::string_view directory) {
  if (directory.empty()) return {"", "\xFF"};  // no UTF-8 begins so
  const std::string name(directory);
  return {name + "/", name + "0"};  // '0' is what follows '/'
}

}  // namespace mooring::records
