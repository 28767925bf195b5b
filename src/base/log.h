// Log: the program's diary for operators: a level, a message and named fields, one line an event.
// Not for decisions (those go to the journal) and not for numbers to watch (those are metrics).
// Never log a value that a contract pseudonymises.
//
//   log.Info("version loaded", {{"model", name}, {"version", 3}, {"ms", 41.5}});
//   // 2026-01-31T23:59:59.000001Z INFO version loaded model=flight-cover version=3 ms=41.5
//
// A message is a constant phrase; what varies is a field. Control characters in fields are escaped,
// so a line is always one event.
//
// Thread safety: any thread. Ownership: a log is given by reference and outlives its users.
// Failure: lines that cannot be written are lost.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace mooring {

enum class LogLevel : unsigned char { kDebug, kInfo, kWarning, kError };
// "DEBUG", "INFO", "WARNING", "ERROR".
std::string_view NameOf(LogLevel level);
// Any case; anything else is kInvalidArgument.
Result<LogLevel> ParseLogLevel(std::string_view name);

// A named value. The key is a literal; a text value is only looked at during the call.
struct LogField {
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;
  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, const std::string& text)
      : key(name), value(std::string_view(text)) {}
  template <typename Number>
  requires std::is_arithmetic_v<Number> LogField(std::string_view name, Number number)
      : key(name), value(Widen(number)) {}

  std::string_view key;
  Value value;

 private:
  template <typename Number>
  static Value Widen(Number number) {
    if constexpr (std::is_same_v<Number, bool>)
      return number;
    else if constexpr (std::is_floating_point_v<Number>)
      return static_cast<double>(number);
    else if constexpr (std::is_signed_v<Number>)
      return static_cast<std::int64_t>(number);
    else
      return static_cast<std::uint64_t>(number);
  }
};

class Log {
 public:
  using Fields = std::initializer_list<LogField>;
  virtual ~Log() = default;
  virtual void Write(LogLevel level, std::string_view message,
                     std::span<const LogField> fields) = 0;

  void Debug(std::string_view message, Fields fields = {}) {
    Put(LogLevel::kDebug, message, fields);
  }
  void Info(std::string_view message, Fields fields = {}) { Put(LogLevel::kInfo, message, fields); }
  void Warning(std::string_view message, Fields fields = {}) {
    Put(LogLevel::kWarning, message, fields);
  }
  void Error(std::string_view message, Fields fields = {}) {
    Put(LogLevel::kError, message, fields);
  }
  // An error with its parts as the fields error, code, where, why and help.
  void Error(std::string_view message, const mooring::Error& error);

 private:
  void Put(LogLevel level, std::string_view message, Fields fields) {
    Write(level, message, std::span(fields.begin(), fields.size()));
  }
};

enum class LogFormat : unsigned char { kText, kJson };

struct LogOptions {
  LogLevel minimum = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
};

// Lines to standard error. The clock outlives the log.
std::unique_ptr<Log> StderrLog(const Clock& clock, const LogOptions& options = {});

// Forgets everything; for code that a test does not watch.
Log& SilentLog();

// Keeps lines of the text format, without times, for tests: "INFO version loaded model=x".
class RememberingLog final : public Log {
 public:
  void Write(LogLevel level, std::string_view message, std::span<const LogField> fields) override;
  std::vector<std::string> Lines() const;
  // All lines, each with a newline; to search in.
  std::string Text() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

struct LogEvent {
  const Time* time = nullptr;  // left out when null
  LogLevel level = LogLevel::kInfo;
  std::string_view message;
  std::span<const LogField> fields;
};

// One event as a line without its newline.
std::string FormatLogLine(LogFormat format, const LogEvent& event);

}  // namespace mooring
