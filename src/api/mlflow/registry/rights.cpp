#include "api/mlflow/registry/rights.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/limits.h"

namespace mooring::api::mlflow {
namespace {

// Names of clients may be any text; what is shown of them is bounded.
constexpr std::size_t kShownName = 512;

constexpr std::string_view kMethodNames[] = {"GET",   "HEAD",   "POST",   "PUT",
                                             "PATCH", "DELETE", "OPTIONS"};

Status Tell(const Call& call, const Act& act, bool allowed) {
  const auto& witness = call.api->use.witness;
  if (!witness) return Ok();
  records::AccessEvent event;
  event.who = call.caller();
  event.action = fmt::format("{} {}", kMethodNames[static_cast<std::size_t>(call.request->method)],
                             call.request->path);
  event.subject = act.model.substr(0, kShownName);
  event.detail = act.detail.substr(0, kShownName);
  event.allowed = allowed;
  return witness(event);
}

}  // namespace

Error NoSuchRegisteredModel(std::string_view name) {
  return Error(Code::kNotFound,
               fmt::format("Registered Model with name={} not found", name.substr(0, kShownName)));
}

Error NoSuchModelVersion(std::string_view name, std::string_view version) {
  return Error(Code::kNotFound, fmt::format("Model Version (name={}, version={}) not found",
                                            name.substr(0, kShownName), version.substr(0, 32)));
}

Status CheckSees(const Call& call, std::string_view name, Error unseen) {
  return call.principal->Sees(name) ? Ok() : Status(std::move(unseen));
}

Status CheckMay(const Call& call, const Act& act, Error unseen) {
  if (call.principal->May(act.permission, act.model)) return Tell(call, act, true);
  RETURN_IF_ERROR(Tell(call, act, false));
  if (!call.principal->Sees(act.model)) return unseen;
  return Error(Code::kPermissionDenied, "you may not do this")
      .Why(fmt::format("it takes the permission {} over '{}'",
                       records::PermissionName(act.permission), act.model.substr(0, kShownName)));
}

records::Change ChangeBy(const Call& call, std::string_view reason) {
  records::Change change;
  change.author = call.caller().empty() ? "api" : call.caller();
  change.reason = reason;
  change.address = call.request->peer;
  return change;
}

Result<VersionNumber> ReadVersionNumber(std::string_view model, std::string_view text) {
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  const bool whole =
      !digits.empty() && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!whole) {
    return Error(Code::kInvalidArgument, fmt::format("Parameter 'version' must be an integer, got "
                                                     "'{}'.",
                                                     text.substr(0, kShownName)));
  }
  VersionNumber number = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (ec == std::errc() && number != 0 && !negative) return number;
  return NoSuchModelVersion(model, text);
}

}  // namespace mooring::api::mlflow
