// Settings: the program's configuration and where each value came from. Flag beats environment
// beats file beats default; one table (AllSettings) holds every key with its meaning, from which
// the check of a file, `config show`, `config explain` and `help config` are made.
//
// A model's contract is another thing: records/contract. Thread safety: immutable once resolved.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mooring::app::cli {

// What a value must look like.
enum class SettingKind : unsigned char {
  kText,
  kPath,
  kSwitch,
  kNumber,
  kDuration,
  kChoice,
  kList,
  kUrl
};

struct Setting {
  std::string_view key;  // "listen.port"; environment MOORING_LISTEN_PORT
  SettingKind kind = SettingKind::kText;
  std::string_view fallback;                   // the default
  std::string_view summary;                    // one line
  std::uint64_t minimum = 0, maximum = 0;      // kNumber
  std::vector<std::string_view> choices = {};  // kChoice
};

std::span<const Setting> AllSettings();
// Null when there is no such key.
const Setting* FindSetting(std::string_view key);
std::string EnvironmentName(std::string_view key);  // "MOORING_LISTEN_PORT"
// What the kind asks for, as a person reads it: "a whole number from 0 to 65535".
std::string Describe(const Setting& setting);
Status CheckValue(const Setting& setting, std::string_view value);
// "250ms", "30s", "5m", "2h", "1d".
Result<std::chrono::milliseconds> ParseDuration(std::string_view text);

struct SettingValue {
  std::string text;
  std::string origin = "default";  // "flag --port", "environment MOORING_…", "mooring.yaml:3:9"
};

class Settings {
 public:
  // Every key with its default.
  Settings();
  // The value must have been checked.
  void Set(std::string_view key, std::string text, std::string origin);

  const SettingValue& Value(std::string_view key) const;
  const std::string& Text(std::string_view key) const { return Value(key).text; }
  bool Switch(std::string_view key) const { return Text(key) == "true"; }
  std::uint64_t Number(std::string_view key) const;
  std::chrono::milliseconds Duration(std::string_view key) const;
  // Parts of a comma-separated list, without spaces around them.
  std::vector<std::string> List(std::string_view key) const;

  std::vector<std::string> warnings;  // found while resolving

 private:
  std::map<std::string, SettingValue, std::less<>> values_;
};

}  // namespace mooring::app::cli
