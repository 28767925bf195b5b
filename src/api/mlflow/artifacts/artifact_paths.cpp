#include "api/mlflow/artifacts/artifact_paths.h"

#include "records/artifacts/artifact_path.h"

namespace mooring::api::mlflow {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What is not well encoded stays as it is.
std::string Decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool whole = text[i] == '%' && i + 2 < text.size();
    const int high = whole ? HexDigit(text[i + 1]) : -1, low = whole ? HexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      plain += text[i];
    } else {
      plain += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return plain;
}

}  // namespace

Result<std::string> SafePath(std::string_view path) {
  constexpr int kDecodings = 10;
  std::string seen(path);
  while (seen.ends_with('/') && seen.size() > 1) seen.pop_back();  // of a directory
  const std::string taken = seen;
  for (int i = 0; i < kDecodings && !seen.empty(); ++i) {
    RETURN_IF_ERROR(records::CheckArtifactPath(seen));
    std::string next = Decoded(seen);
    if (next == seen) break;
    seen = std::move(next);
  }
  return taken;
}

Result<std::string> WritablePath(std::string_view path) {
  ASSIGN_OR_RETURN(std::string safe, SafePath(path));
  const std::string_view first = std::string_view(safe).substr(0, safe.find('/'));
  if (first != kLaidOut) return safe;
  return Error(Code::kPermissionDenied, "the files of registered versions do not change");
}

Result<std::string> PathOfUri(std::string_view uri) {
  constexpr std::string_view kScheme = "mlflow-artifacts:";
  if (!uri.starts_with(kScheme)) {
    return Error(Code::kUnsupported, "the artifacts are not kept by this server")
        .Why("their root is '" + std::string(uri.substr(0, 200)) + "'");
  }
  uri.remove_prefix(kScheme.size());
  if (uri.starts_with("//")) uri.remove_prefix(std::min(uri.find('/', 2), uri.size()));
  while (uri.starts_with('/')) uri.remove_prefix(1);
  return SafePath(uri);
}

std::string Joined(std::string_view directory, std::string_view path) {
  std::string joined(directory);
  if (!joined.empty() && !path.empty()) joined += '/';
  return joined.append(path);
}

}  // namespace mooring::api::mlflow
