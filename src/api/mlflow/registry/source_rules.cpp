#include "api/mlflow/registry/source_rules.h"

#include <fmt/format.h>

#include <string>

#include "api/mlflow/wire/errors.h"

namespace mooring::api::mlflow {
namespace {

constexpr std::size_t kShown = 512;
constexpr int kDecodings = 8;

int HexOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool whole = text[i] == '%' && i + 2 < text.size();
    const int high = whole ? HexOf(text[i + 1]) : -1, low = whole ? HexOf(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// As often as it changes anything, so that "%252e" is seen; nullopt-like "" when it never ends.
std::string FullyDecoded(std::string_view text) {
  std::string now(text);
  for (int i = 0; i < kDecodings; ++i) {
    std::string next = Decoded(now);
    if (next == now) return now;
    now = std::move(next);
  }
  return "..";
}

bool HasDots(std::string_view path) {
  while (!path.empty()) {
    const std::size_t end = std::min(path.find_first_of("/\\"), path.size());
    const std::string_view part = path.substr(0, end);
    if (part == ".." || part == ".") return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

Error NotLocal(std::string_view source) {
  return Invalid(fmt::format(
      "Invalid model version source: '{}'. To use a local path as a model version source, the "
      "run_id request parameter has to be specified and the local path has to be contained within "
      "the artifact directory of the run specified by the run_id.",
      source.substr(0, kShown)));
}

Error NotAbsolute(std::string_view source) {
  return Invalid(fmt::format(
      "Invalid model version source: '{}'. If supplying a source as an http, https, local file "
      "path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without "
      "relative path references present. Please provide an absolute path.",
      source.substr(0, kShown)));
}

std::string_view SchemeOf(std::string_view source) {
  const std::size_t colon = source.find(':');
  if (colon == source.npos || colon < 2) return "";  // "C:\…" is a path
  const std::string_view scheme = source.substr(0, colon);
  for (const char c : scheme) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') return "";
  }
  return scheme;
}

// The path of a bare path or a file: URI without a foreign host.
std::string LocalPath(std::string_view uri) {
  if (uri.starts_with("file:")) {
    uri.remove_prefix(5);
    if (uri.starts_with("//localhost/")) uri.remove_prefix(11);
    if (uri.starts_with("///")) uri.remove_prefix(2);
  }
  while (uri.size() > 1 && uri.ends_with('/')) uri.remove_suffix(1);
  return std::string(uri);
}

}  // namespace

SourceKind KindOfSource(std::string_view source) {
  const std::string_view scheme = SchemeOf(source);
  if (scheme == "models") return SourceKind::kModels;
  if (scheme == "runs") return SourceKind::kRuns;
  if (scheme.empty() || scheme == "file") return SourceKind::kLocal;
  return SourceKind::kElsewhere;
}

Status CheckSource(std::string_view source, std::string_view run_directory) {
  const SourceKind kind = KindOfSource(source);
  if (kind == SourceKind::kModels) return Ok();
  const std::string decoded = FullyDecoded(source);
  if (kind == SourceKind::kRuns) return HasDots(decoded) ? Status(NotAbsolute(source)) : Ok();
  if (kind == SourceKind::kElsewhere) {
    const bool odd = source.find_first_of("?#\\") != source.npos || HasDots(decoded);
    return odd ? Status(NotAbsolute(source)) : Ok();
  }
  const bool run_is_local =
      !run_directory.empty() && KindOfSource(run_directory) == SourceKind::kLocal;
  if (!run_is_local || HasDots(decoded) || decoded != source) return NotLocal(source);
  const std::string inside = LocalPath(run_directory), path = LocalPath(source);
  const bool contained = path.starts_with('/') && !path.starts_with("//") &&
                         (path == inside || path.starts_with(inside + "/"));
  return contained ? Ok() : Status(NotLocal(source));
}

}  // namespace mooring::api::mlflow
