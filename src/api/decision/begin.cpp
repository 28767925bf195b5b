#include "api/decision/begin.h"

#include <charconv>
#include <cstring>

#include "base/crypto/digest.h"
#include "base/io/file_system.h"
#include "base/limits.h"
#include "base/text/utf8.h"

namespace mooring::api {
namespace {

using serving::Coercion;
using serving::RowBuilder;

// Eight bytes of SHA-256: equal bodies to one target are equal for good, after a restart too.
std::uint64_t BodyHash(const Request& request, VersionNumber version) {
  Sha256 digest;
  digest.Update(AsBytes(request.path));
  if (version != 0) digest.Update(AsBytes("?version=" + std::to_string(version)));
  digest.Update(AsBytes(std::string_view("\0", 1)));
  digest.Update(AsBytes(request.body));
  const auto bytes = digest.Finish();
  std::uint64_t hash = 0;
  std::memcpy(&hash, bytes.data(), sizeof hash);
  return hash == 0 ? 1 : hash;
}

}  // namespace

Result<VersionNumber> ParseVersion(std::string_view model, std::string_view text) {
  VersionNumber number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = ec == std::errc() && end == text.data() + text.size();
  if (whole && number != 0 && text.front() != '0') return number;
  return Error(Code::kNotFound, "model '" + std::string(model) + "' has no version '" +
                                    std::string(text.substr(0, limits::kNameBytes)) + "'")
      .Why("versions are the numbers from 1");
}

Status SetRequestId(const Call& call, std::string_view id, serving::DecisionRequest& request) {
  if (id.empty() || id.size() > limits::kRequestIdBytes) {
    return Error(Code::kInvalidArgument,
                 "a request id has 1 to 128 bytes, this one " + std::to_string(id.size()));
  }
  if (FirstInvalidUtf8(id) != id.size() || id.find('\0') != std::string_view::npos) {
    return Error(Code::kInvalidArgument, "a request id is UTF-8 without NUL");
  }
  if (!request.request_id.empty() && request.request_id != id) {
    return Error(Code::kInvalidArgument, "Idempotency-Key and request_id differ");
  }
  request.request_id = id;
  request.body_hash = BodyHash(*call.request, request.version);
  return Ok();
}

Result<serving::DecisionRequest> BeginDecision(const Call& call, std::string_view model,
                                               std::string_view version) {
  RETURN_IF_ERROR(ValidateName("model", model));
  serving::DecisionRequest request;
  if (!version.empty()) {
    ASSIGN_OR_RETURN(request.version, ParseVersion(model, version));
  }
  request.caller = call.caller();
  if (const auto key = call.request->Header("Idempotency-Key"); !key.empty()) {
    if (call.request->HeaderCount("Idempotency-Key") > 1) {
      return Error(Code::kInvalidArgument, "a request has one Idempotency-Key, this one several");
    }
    RETURN_IF_ERROR(SetRequestId(call, key, request));
  }
  request.model = model;
  request.received = call.request->received;
  request.deadline = request.received + limits::kRequestDeadline;
  ASSIGN_OR_RETURN(request.served, call.api->use.decider->Resolve(model, request.version));
  return request;
}

void PutCell(JsonPull& json, RowBuilder& rows, std::size_t column, Coercion coercion) {
  using Kind = JsonPull::Kind;
  const Kind next = json.Peek();
  if (next == Kind::kArray || next == Kind::kObject) {
    json.Skip();
    return rows.SetWrong(column, next == Kind::kArray ? "an array" : "an object");
  }
  JsonPull::Scalar cell;
  if (!json.Read(cell)) return;
  switch (cell.kind) {
    case Kind::kInteger: return rows.SetInteger(column, cell.integer);
    case Kind::kNumber: return rows.SetNumber(column, cell.number);
    case Kind::kText: return rows.SetText(column, cell.text);
    case Kind::kNull: return rows.SetNull(column);
    case Kind::kBool: return rows.SetBool(column, cell.boolean);
    case Kind::kUnsigned: return rows.SetUnsigned(column, cell.whole);
    default:
      if (coercion == Coercion::kMlflow) return rows.SetNumber(column, cell.number);
      return rows.SetWrong(column, "an integer of more than 64 bits");
  }
}

void PutRow(JsonPull& json, RowBuilder& rows, Coercion coercion) {
  if (!json.EnterObject()) return;
  for (std::string_view name; json.NextKey(name);) {
    PutCell(json, rows, rows.FindColumn(name), coercion);
  }
}

}  // namespace mooring::api
