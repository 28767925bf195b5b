// Result<T>: a value or an Error that says what went wrong, where, and what to do about it.
//
// Use it as the return type of everything that can fail for a reason outside the program. Broken
// promises of a caller are CHECKs (check.h), not errors. Nothing here throws.
//
//   Result<Schema> ParseSchema(std::string_view text);
//   ASSIGN_OR_RETURN(Schema schema, ParseSchema(text));
//   RETURN_IF_ERROR(schema.Validate());
//
// Thread safety: values, like std::string. Cost of success: one branch.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace mooring {

// What the caller can do about an error. One table (error_table.h) maps each code to an HTTP
// status, a CLI exit code and whether the same call may succeed later.
enum class Code : unsigned char {
  kInvalidArgument,     // the request is wrong in itself: correct it
  kUnsupported,         // understood and refused: use another format or feature
  kUnauthenticated,     // say who you are
  kPermissionDenied,    // you may not
  kNotFound,            // no such thing
  kAlreadyExists,       // the name is taken
  kConflict,            // somebody changed it first: read again
  kFailedPrecondition,  // put the system into the needed state first
  kTooLarge,            // over a named limit
  kResourceExhausted,   // too many at once: come back later
  kUnavailable,         // the same call may succeed later
  kDeadlineExceeded,    // ran out of time
  kDataLoss,            // stored bytes are damaged
  kInternal,            // a bug of ours
};

// An error: `message` says what with the offending value, lower case, no full stop; `where` names
// the place (file:line:column, request path); `why` the fact that decides; `help` what to do
// next. The three optional parts are empty when there is nothing to say.
class [[nodiscard]] Error {
 public:
  Error(Code code, std::string message)
      : rep_(new Rep{code, std::move(message), {}, {}, {}}) {}
  Error(const Error& other) : rep_(new Rep(*other.rep_)) {}
  Error(Error&&) noexcept = default;
  Error& operator=(const Error& other) {
    *rep_ = *other.rep_;
    return *this;
  }
  Error& operator=(Error&&) noexcept = default;
  ~Error() = default;

  Code code() const { return rep_->code; }
  const std::string& message() const { return rep_->message; }
  const std::string& where() const { return rep_->where; }
  const std::string& why() const { return rep_->why; }
  const std::string& help() const { return rep_->help; }

  Error&& Where(std::string where) && { rep_->where = std::move(where); return std::move(*this); }
  Error&& Why(std::string why) && { rep_->why = std::move(why); return std::move(*this); }
  Error&& Help(std::string help) && { rep_->help = std::move(help); return std::move(*this); }
  // Puts "context: " in front of the message.
  Error&& Context(std::string_view context) &&;

  // "message (at where): why; help", on one line, for logs and tests.
  std::string ToString() const;

 private:
  struct Rep {
    Code code;
    std::string message, where, why, help;
  };
  std::unique_ptr<Rep> rep_;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : value_(std::move(value)) {}           // NOLINT: implicit by design
  Result(Error error) : error_(std::move(error)) {}       // NOLINT: implicit by design

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { CHECK(!ok()); return *error_; }
  Error&& error() && { CHECK(!ok()); return std::move(*error_); }
  T& value() & { CHECK_OK_RESULT(*this); return *value_; }
  const T& value() const& { CHECK_OK_RESULT(*this); return *value_; }
  // By value, so that `for (auto& x : *Items())` does not outlive what it walks.
  T value() && { CHECK_OK_RESULT(*this); return std::move(*value_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::optional<T> value_;
  std::optional<Error> error_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}       // NOLINT: implicit by design
  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { CHECK(!ok()); return *error_; }
  Error&& error() && { CHECK(!ok()); return std::move(*error_); }
  void value() const { CHECK_OK_RESULT(*this); }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;
inline Status Ok() { return {}; }

}  // namespace mooring

#define MOORING_CONCAT_INNER(a, b) a##b
#define MOORING_CONCAT(a, b) MOORING_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expr)                                              \
  do {                                                                     \
    if (auto status_of_expr = (expr); !status_of_expr.ok()) [[unlikely]] { \
      return std::move(status_of_expr).error();                            \
    }                                                                      \
  } while (false)

#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_INNER(MOORING_CONCAT(result_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_INNER(name, lhs, expr)              \
  auto name = (expr);                                        \
  if (!name.ok()) [[unlikely]] return std::move(name).error(); \
  lhs = std::move(name).value()
