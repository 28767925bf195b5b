#include "records/registry/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/limits.h"
#include "base/text/json.h"

namespace mooring::records {
namespace {

using State = VersionRecord::State;

constexpr std::array<std::pair<State, std::string_view>, 3> kStates = {{
    {State::kCandidate, "candidate"},
    {State::kRefused, "refused"},
    {State::kArchived, "archived"},
}};

Error Wrong(std::string message) { return Error(Code::kInvalidArgument, std::move(message)); }

Status CheckText(std::string_view what, std::string_view text, std::size_t longest) {
  if (text.size() > longest) {
    return Error(Code::kTooLarge, fmt::format("{} of {} bytes", what, text.size()))
        .Why(fmt::format("at most {} bytes", longest));
  }
  if (text.find('\0') != text.npos) return Wrong(fmt::format("{} holds a zero byte", what));
  return Ok();
}

Status CheckBlob(std::string_view what, std::string_view id) {
  const bool hex = std::ranges::all_of(
      id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (id.empty() || (id.size() == 64 && hex)) return Ok();
  return Wrong(fmt::format("{} is not the id of a blob", what)).Why("64 hexadecimal digits");
}

Status CheckJson(std::string_view what, std::string_view text) {
  RETURN_IF_ERROR(CheckText(what, text, limits::kRegistryTextBytes));
  if (text.empty()) return Ok();
  auto parsed = Json::Parse(text, {.name = what});
  if (!parsed.ok()) return std::move(parsed).error();
  return Ok();
}

}  // namespace

Status CheckChange(const Change& change, bool needs_reason) {
  if (change.author.empty()) return Wrong("a change needs an author");
  RETURN_IF_ERROR(CheckText("author", change.author, limits::kNameBytes));
  RETURN_IF_ERROR(CheckText("reason", change.reason, limits::kReasonBytes));
  const bool said = change.reason.find_first_not_of(" \t\r\n") != change.reason.npos;
  if (needs_reason && !said) {
    return Wrong("a change that moves traffic needs a reason").Help("say why; it is kept for good");
  }
  if (change.force && !said)
    return Wrong("force needs a reason").Help("say why; it is kept for good");
  return Ok();
}

Status CheckAlias(std::string_view alias) {
  RETURN_IF_ERROR(ValidateName("alias", alias));
  const std::string_view digits =
      alias.substr(alias.starts_with('v') || alias.starts_with('V') ? 1 : 0);
  const bool number =
      !digits.empty() && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!number && alias != "previous" && alias != "latest") return Ok();
  return Wrong(fmt::format("alias '{}' would be taken for a version", alias))
      .Help("use another name");
}

Status CheckNewVersion(const NewVersion& version) {
  if (version.artifact_blob.empty()) return Wrong("a version needs an artifact");
  if (version.format.empty()) return Wrong("a version needs a format");
  RETURN_IF_ERROR(CheckBlob("artifact", version.artifact_blob));
  RETURN_IF_ERROR(CheckBlob("golden rows", version.golden_blob));
  RETURN_IF_ERROR(CheckBlob("reference profile", version.reference_blob));
  RETURN_IF_ERROR(CheckBlob("what was learned", version.watch_blob));
  RETURN_IF_ERROR(CheckText("format", version.format, limits::kNameBytes));
  RETURN_IF_ERROR(CheckText("artifact name", version.artifact_name, limits::kReasonBytes));
  RETURN_IF_ERROR(CheckText("source", version.source, limits::kReasonBytes));
  RETURN_IF_ERROR(CheckText("training data", version.training_data, limits::kReasonBytes));
  RETURN_IF_ERROR(CheckJson("signature", version.signature_json));
  RETURN_IF_ERROR(CheckJson("metrics", version.metrics_json));
  return CheckJson("validation", version.validation_json);
}

Result<std::string> RefusalOf(std::string_view validation_json) {
  if (validation_json.empty()) return std::string();
  ASSIGN_OR_RETURN(const Json document, Json::Parse(validation_json, {.name = "validation"}));
  ASSIGN_OR_RETURN(const Json::Array* findings, document.AsArray());
  std::string first;
  std::size_t count = 0;
  for (const Json& finding : *findings) {
    if (!finding.IsObject()) return Wrong("a finding is not an object");
    const auto severity = finding.GetString("severity");
    if (severity.ok() && *severity == "warn") continue;
    if (count++ > 0) continue;
    const auto message = finding.GetString("message");
    first = message.ok() ? std::string(*message) : "its training data was refused";
  }
  if (count > 1) first += fmt::format(" (and {} more)", count - 1);
  if (first.size() > limits::kReasonBytes) first.resize(limits::kReasonBytes);
  return first;
}

Status CheckMayServe(const VersionRecord& version, bool force) {
  const auto no = [&](std::string_view what) {
    return Error(Code::kFailedPrecondition,
                 fmt::format("version {} of '{}' {}", version.number, version.model, what));
  };
  if (version.golden_blob.empty()) {
    return no("has no golden rows").Help("register it again with golden rows: input and output");
  }
  if (force || version.state == State::kCandidate) return Ok();
  return no(version.state == State::kRefused ? "was refused" : "is archived")
      .Why(version.state_reason)
      .Help("register a better one, or use force with a reason");
}

std::string_view StateName(State state) {
  for (const auto& [known, name] : kStates) {
    if (known == state) return name;
  }
  return "unknown";
}

Result<State> ParseState(std::string_view name) {
  for (const auto& [state, known] : kStates) {
    if (known == name) return state;
  }
  return Error(Code::kDataLoss, fmt::format("a version has the state '{}'", name.substr(0, 32)));
}

}  // namespace mooring::records
