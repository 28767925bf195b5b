#include "base/error_table.h"

#include <array>

namespace mooring {
namespace {

constexpr std::array kKinds = {
    ErrorKind{Code::kInvalidArgument, "invalid_argument", 400, 2, false},
    ErrorKind{Code::kUnsupported, "unsupported", 422, 2, false},
    ErrorKind{Code::kUnauthenticated, "unauthenticated", 401, 4, false},
    ErrorKind{Code::kPermissionDenied, "permission_denied", 403, 4, false},
    ErrorKind{Code::kNotFound, "not_found", 404, 5, false},
    ErrorKind{Code::kAlreadyExists, "already_exists", 409, 6, false},
    ErrorKind{Code::kConflict, "conflict", 409, 6, false},
    ErrorKind{Code::kFailedPrecondition, "failed_precondition", 422, 1, false},
    ErrorKind{Code::kTooLarge, "too_large", 413, 2, false},
    ErrorKind{Code::kResourceExhausted, "resource_exhausted", 429, 3, true},
    ErrorKind{Code::kUnavailable, "unavailable", 503, 3, true},
    ErrorKind{Code::kDeadlineExceeded, "deadline_exceeded", 504, 7, true},
    ErrorKind{Code::kDataLoss, "data_loss", 500, 1, false},
    ErrorKind{Code::kInternal, "internal", 500, 70, false},
};

}  // namespace

std::span<const ErrorKind> ErrorKinds() { return kKinds; }

const ErrorKind& KindOf(Code code) {
  const auto index = static_cast<std::size_t>(code);
  CHECK(index < kKinds.size() && kKinds[index].code == code);
  return kKinds[index];
}

}  // namespace mooring
