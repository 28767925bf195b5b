#include "base/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <cctype>

#include "base/error_table.h"
#include "base/text/json_writer.h"

namespace mooring {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"DEBUG", "INFO", "WARNING", "ERROR"};

void AppendValue(JsonWriter& json, const LogField::Value& value) {
  std::visit([&](const auto& v) { json.Value(v); }, value);
}

bool IsBareWord(std::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F) return false;
  }
  return !text.empty();
}

// A text is left bare when it cannot be mistaken, else written as a JSON string.
void AppendText(std::string& line, std::string_view text) {
  if (IsBareWord(text)) {
    line.append(text);
  } else {
    AppendJsonString(line, text);
  }
}

std::string TextLine(const LogEvent& event) {
  std::string line;
  if (event.time != nullptr) line = FormatTime(*event.time) + " ";
  line.append(NameOf(event.level)).append(" ");
  for (const char c : event.message) line.push_back(static_cast<unsigned char>(c) < ' ' ? ' ' : c);
  for (const LogField& field : event.fields) {
    line.append(" ").append(field.key).append("=");
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      AppendText(line, *text);
    } else {
      JsonWriter json(line);
      AppendValue(json, field.value);
    }
  }
  return line;
}

std::string JsonLine(const LogEvent& event) {
  std::string line;
  JsonWriter json(line);
  json.BeginObject();
  if (event.time != nullptr) json.Member("time", FormatTime(*event.time));
  json.Member("level", NameOf(event.level)).Member("message", event.message);
  for (const LogField& field : event.fields) AppendValue(json.Key(field.key), field.value);
  json.EndObject();
  return line;
}

class SpdlogLog final : public Log {
 public:
  SpdlogLog(const Clock& clock, const LogOptions& options)
      : clock_(clock),
        options_(options),
        logger_("mooring", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_pattern("%v");
    logger_.set_level(spdlog::level::trace);
    logger_.flush_on(spdlog::level::trace);
    logger_.set_error_handler([](const std::string&) {});
  }
  void Write(LogLevel level, std::string_view message, std::span<const LogField> fields) override {
    if (level < options_.minimum) return;
    const Time now = clock_.Now();
    const std::string line = FormatLogLine(options_.format, {&now, level, message, fields});
    logger_.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  const Clock& clock_;
  LogOptions options_;
  spdlog::logger logger_;
};

class NoLog final : public Log {
 public:
  void Write(LogLevel, std::string_view, std::span<const LogField>) override {}
};

}  // namespace

std::string_view NameOf(LogLevel level) { return kNames[static_cast<std::size_t>(level)]; }

Result<LogLevel> ParseLogLevel(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const bool same =
        std::equal(name.begin(), name.end(), kNames[i].begin(), kNames[i].end(),
                   [](char a, char b) { return std::toupper(static_cast<unsigned char>(a)) == b; });
    if (same) return static_cast<LogLevel>(i);
  }
  return mooring::Error(Code::kInvalidArgument,
                        "'" + std::string(name.substr(0, 32)) + "' is not a log level")
      .Why("the levels are debug, info, warning and error");
}

void Log::Error(std::string_view message, const mooring::Error& error) {
  std::vector<LogField> fields{{"error", error.message()}, {"code", KindOf(error.code()).name}};
  if (!error.where().empty()) fields.emplace_back("where", error.where());
  if (!error.why().empty()) fields.emplace_back("why", error.why());
  if (!error.help().empty()) fields.emplace_back("help", error.help());
  Write(LogLevel::kError, message, fields);
}

std::string FormatLogLine(LogFormat format, const LogEvent& event) {
  return format == LogFormat::kJson ? JsonLine(event) : TextLine(event);
}

std::unique_ptr<Log> StderrLog(const Clock& clock, const LogOptions& options) {
  return std::make_unique<SpdlogLog>(clock, options);
}

Log& SilentLog() {
  static NoLog log;
  return log;
}

void RememberingLog::Write(LogLevel level, std::string_view message,
                           std::span<const LogField> fields) {
  std::string line = FormatLogLine(LogFormat::kText, {nullptr, level, message, fields});
  const std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
}

std::vector<std::string> RememberingLog::Lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::string RememberingLog::Text() const {
  std::string text;
  for (const std::string& line : Lines()) text += line + "\n";
  return text;
}

}  // namespace mooring
