// Problem: an Error as the body of an answer, in the shape of the caller's protocol. The one place
// where error bodies are made; numbers come from base/error_table.h.
//
//   native {"code","message","where","why","help","field","decision_id":null,"problems":[…]} Open
//   Inference  {"error","code","input","row","reason","problems":[…]} MLflow
//   {"error_code","message"}; of its tracking and registry with the statuses of their own
//
// Names and messages may hold what the caller sent (bounded, escaped), never values of
// pseudonymised columns: whoever makes the error sees to that.
#pragma once

#include <span>
#include <string_view>

#include "api/http/server.h"
#include "base/result.h"
#include "serving/decision.h"

namespace mooring::api {

enum class Protocol : std::uint8_t { kNative, kOpenInference, kMlflow, kOther, kTracking };
inline constexpr std::size_t kProtocols = 5;
std::string_view ProtocolName(Protocol protocol);

struct RowProblems {
  std::span<const serving::RowProblem> listed;
  std::size_t unlisted = 0;
};

// `status` 0 takes the code's own.
Response ProblemResponse(Protocol protocol, const Error& error, RowProblems rows = {},
                         int status = 0);

// MLflow's name of an error code: "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", …
std::string_view MlflowErrorCode(Code code);
// The same for MLflow's tracking, registry and artifacts, whose clients try again after 429, 500
// and 502 to 504, and after nothing else.
struct TrackingErrorKind {
  std::string_view error_code;
  int status;
};
TrackingErrorKind TrackingErrorOf(Code code);
Response MlflowProblem(int status, std::string_view error_code, std::string_view message);

}  // namespace mooring::api
