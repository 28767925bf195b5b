// What MLflow allows as a name of a metric, parameter or tag, and how long values may be. One
// place for each rule; the texts of refusals are MLflow's.
//
//   RETURN_IF_ERROR(CheckKey(key, "metrics[0].name", "Metric name"));
//   Truncate(param.value, kParamValueCharacters);
//
// A key has letters, digits and any of "/_.-: ", at most 250 characters, and must be the same when
// read as a path: no "." or ".." segment, no doubled or outer slash. Lengths count characters, not
// bytes. Beyond ASCII a letter is told roughly: what Unicode has as punctuation, symbols and emoji
// is refused, block by block.
// Thread safety: pure. Cost: one pass; about 10 ns a usual key.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring::api::mlflow {

inline constexpr std::size_t kKeyCharacters = 250;
inline constexpr std::size_t kParamValueCharacters = 6000;
inline constexpr std::size_t kTagValueCharacters = 8000;
inline constexpr std::size_t kExperimentNameCharacters = 500;
inline constexpr std::size_t kExperimentTagCharacters = 5000;

// `path` names the key as it was sent, `entity` as its length's refusal says.
Status CheckKey(std::string_view key, std::string_view path, std::string_view entity);
// Whether CheckKey would surely say yes: up to 250 bytes of ASCII.
bool IsUsualKey(std::string_view key);
// [a-zA-Z0-9][\w-]{0,255}
Status CheckRunId(std::string_view run_id);
Status CheckLength(std::string_view text, std::size_t most, std::string_view path);
// Cuts after `most` characters, without a word: as MLflow's server does by default.
void Truncate(std::string& text, std::size_t most);
// The path as POSIX would shorten it: "a//b/../c" is "a/c".
std::string NormalPath(std::string_view path);

// Where an experiment may keep artifacts: "" (the server's root) or a URI without "runs:", "..",
// query and fragment; file: URIs and bare paths only where the server allows them.
Status CheckArtifactLocation(std::string_view location, bool files_allowed);

}  // namespace mooring::api::mlflow
