#include "api/http/problem.h"

#include "base/error_table.h"
#include "base/text/json_writer.h"

namespace mooring::api {
namespace {

void WriteRows(JsonWriter& json, RowProblems rows) {
  if (rows.listed.empty()) return;
  json.Key("problems").BeginArray();
  for (const serving::RowProblem& problem : rows.listed) {
    json.BeginObject().Member("row", problem.row).Member("feature", problem.feature);
    json.Member("rule", problem.rule).Member("message", problem.message).EndObject();
  }
  json.EndArray();
  if (rows.unlisted != 0) json.Member("unlisted_problems", rows.unlisted);
}

void MemberOrNull(JsonWriter& json, std::string_view key, std::string_view text) {
  json.Key(key);
  if (text.empty()) {
    json.Null();
  } else {
    json.Value(text);
  }
}

void WriteNative(JsonWriter& json, const Error& error, RowProblems rows) {
  json.BeginObject().Member("code", KindOf(error.code()).name).Member("message", error.message());
  MemberOrNull(json, "where", error.where());
  MemberOrNull(json, "why", error.why());
  MemberOrNull(json, "help", error.help());
  MemberOrNull(json, "field", rows.listed.empty() ? std::string_view() : rows.listed[0].feature);
  json.Key("decision_id").Null();
  WriteRows(json, rows);
  json.EndObject();
}

std::string OneLine(const Error& error) {
  std::string text = error.message();
  if (!error.where().empty()) text += " (at " + error.where() + ")";
  if (!error.why().empty()) text += ": " + error.why();
  return text;
}

void WriteOpenInference(JsonWriter& json, const Error& error, RowProblems rows) {
  json.BeginObject().Member("error", OneLine(error)).Member("code", KindOf(error.code()).name);
  if (!rows.listed.empty()) {
    const serving::RowProblem& first = rows.listed[0];
    json.Member("input", first.feature).Member("row", first.row).Member("reason", first.rule);
  }
  WriteRows(json, rows);
  json.EndObject();
}

}  // namespace

std::string_view ProtocolName(Protocol protocol) {
  constexpr std::string_view kNames[kProtocols] = {"native", "open_inference", "mlflow", "other",
                                                   "mlflow_tracking"};
  return kNames[static_cast<std::size_t>(protocol)];
}

std::string_view MlflowErrorCode(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kUnsupported: return "BAD_REQUEST";
    case Code::kUnauthenticated: return "UNAUTHENTICATED";
    case Code::kPermissionDenied: return "PERMISSION_DENIED";
    case Code::kNotFound: return "RESOURCE_DOES_NOT_EXIST";
    case Code::kAlreadyExists: return "RESOURCE_ALREADY_EXISTS";
    case Code::kConflict: return "RESOURCE_CONFLICT";
    case Code::kFailedPrecondition: return "INVALID_STATE";
    case Code::kTooLarge:
    case Code::kResourceExhausted: return "REQUEST_LIMIT_EXCEEDED";
    case Code::kUnavailable: return "TEMPORARILY_UNAVAILABLE";
    case Code::kDeadlineExceeded: return "DEADLINE_EXCEEDED";
    default: return "INTERNAL_ERROR";
  }
}

TrackingErrorKind TrackingErrorOf(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
    case Code::kFailedPrecondition:
    case Code::kTooLarge: return {"INVALID_PARAMETER_VALUE", 400};
    case Code::kUnsupported: return {"NOT_IMPLEMENTED", 501};
    case Code::kUnauthenticated: return {"UNAUTHENTICATED", 401};
    case Code::kPermissionDenied: return {"PERMISSION_DENIED", 403};
    case Code::kNotFound: return {"RESOURCE_DOES_NOT_EXIST", 404};
    case Code::kAlreadyExists: return {"RESOURCE_ALREADY_EXISTS", 400};
    case Code::kConflict: return {"RESOURCE_CONFLICT", 409};
    case Code::kResourceExhausted: return {"RESOURCE_EXHAUSTED", 429};
    case Code::kUnavailable: return {"TEMPORARILY_UNAVAILABLE", 503};
    case Code::kDeadlineExceeded: return {"DEADLINE_EXCEEDED", 504};
    case Code::kDataLoss: return {"DATA_LOSS", 500};
    default: return {"INTERNAL_ERROR", 500};
  }
}

Response MlflowProblem(int status, std::string_view error_code, std::string_view message) {
  Response response;
  response.status = status;
  JsonWriter json(response.body);
  json.BeginObject().Member("error_code", error_code).Member("message", message).EndObject();
  return response;
}

Response ProblemResponse(Protocol protocol, const Error& error, RowProblems rows, int given) {
  const ErrorKind& kind = KindOf(error.code());
  int status = given == 0 ? kind.http_status : given;
  Response response;
  if (protocol == Protocol::kTracking) {
    const TrackingErrorKind tracked = TrackingErrorOf(error.code());
    if (given == 0) status = tracked.status;
    response = MlflowProblem(status, tracked.error_code, OneLine(error));
  } else if (protocol == Protocol::kMlflow) {
    response = MlflowProblem(status, MlflowErrorCode(error.code()), OneLine(error));
  } else {
    response.status = status;
    JsonWriter json(response.body);
    if (protocol == Protocol::kOpenInference) {
      WriteOpenInference(json, error, rows);
    } else {
      WriteNative(json, error, rows);
    }
  }
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"mooring\"");
  if (kind.retryable && status >= 429) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace mooring::api
