#include "app/cli/config/settings.h"

#include <charconv>

namespace mooring::app::cli {
namespace {

const std::vector<Setting>& Table() {
  using enum SettingKind;
  static const std::vector<Setting> table = {
      {"data_dir", kPath, "mooring-data", "data directory: registry, blobs, journal, lake"},
      {"server", kUrl, "", "server to work through; empty: the data directory itself"},
      {"author", kText, "", "who changes things, for the history; empty: the system's user"},
      {"color", kChoice, "auto", "colour on terminals", 0, 0, {"auto", "always", "never"}},
      {"library_dir", kPath, "",
       "where the ONNX Runtime and DuckDB libraries are; empty: beside the program"},
      {"python", kPath, "",
       "Python interpreter for models that only Python runs; empty: none are run"},
      {"listen.host", kText, "127.0.0.1", "address that the server listens on"},
      {"listen.port", kNumber, "8080", "port; 0 takes any free one", 0, 65535},
      {"listen.threads", kNumber, "1", "event loops; more than cores are of no use", 1, 256},
      {"listen.allowed_hosts", kList, "", "names accepted in Host beside loopback ones"},
      {"listen.allow_remote_without_auth", kSwitch, "false",
       "listen beyond loopback although callers are not known, or not over TLS"},
      {"listen.drain", kDuration, "30s", "how long a stopping server finishes what was begun"},
      {"tls.certificate_file", kPath, "", "PEM certificate chain; empty: plain HTTP"},
      {"tls.key_file", kPath, "", "PEM private key of the certificate"},
      {"tls.client_ca_file", kPath, "", "PEM: who signs certificates of callers; empty: no one"},
      {"oidc.issuer", kText, "", "OpenID provider whose bearer tokens are taken; empty: none"},
      {"oidc.audience", kText, "", "whom its tokens must be for"},
      {"oidc.keys_file", kPath, "", "its key set, JSON"},
      {"oidc.keys_url", kText, "", "where its key set is fetched, in place of the file: https"},
      {"oidc.claim", kText, "roles", "the claim that says what a caller is"},
      {"oidc.roles", kList, "", "what its values mean: VALUE=ROLE or VALUE=ROLE@MODEL"},
      {"mlflow.artifact_root", kText, "mlflow-artifacts:/",
       "where files of runs go when an experiment names no place"},
      {"mlflow.allow_file_locations", kSwitch, "false",
       "let clients on this machine write files of runs themselves, under file: places"},
      {"mlflow.webhooks_allow_http", kSwitch, "false", "tell webhooks over plain http, too"},
      {"mlflow.webhooks_allow_private", kSwitch, "false",
       "tell webhooks on this machine and in private networks, too"},
      {"journal.ack",
       kChoice,
       "synced",
       "when a decision may leave: synced (on disk) or written (handed to the system)",
       0,
       0,
       {"synced", "written"}},
      {"journal.sync_interval", kDuration, "5ms", "how often 'written' syncs"},
      {"privacy.pseudonym_key_file", kPath, "",
       "key of pseudonyms, a file outside the data directory"},
      {"watch.enabled", kSwitch, "true", "profile the journal and judge windows"},
      {"alerts", kPath, "", "YAML file of whom alerts are told to; empty: nobody"},
  };
  return table;
}

Error Wrong(const Setting& setting, std::string_view value) {
  return Error(Code::kInvalidArgument,
               "'" + std::string(value) + "' is no value of " + std::string(setting.key))
      .Why("it must be " + Describe(setting));
}

bool IsNumberWithin(const Setting& setting, std::string_view value) {
  std::uint64_t number = 0;
  const char* end = value.data() + value.size();
  const auto parsed = std::from_chars(value.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end && number >= setting.minimum &&
         number <= setting.maximum;
}

bool IsUrl(std::string_view value) {
  return value.empty() || value.starts_with("http://") || value.starts_with("https://") ||
         value.starts_with("unix:/");
}

}  // namespace

std::span<const Setting> AllSettings() { return Table(); }

const Setting* FindSetting(std::string_view key) {
  for (const Setting& setting : Table()) {
    if (setting.key == key) return &setting;
  }
  return nullptr;
}

std::string EnvironmentName(std::string_view key) {
  std::string name = "MOORING_";
  for (const char c : key) {
    name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::string Describe(const Setting& setting) {
  switch (setting.kind) {
    case SettingKind::kText: return "text";
    case SettingKind::kPath: return "a path";
    case SettingKind::kSwitch: return "true or false";
    case SettingKind::kNumber:
      return "a whole number from " + std::to_string(setting.minimum) + " to " +
             std::to_string(setting.maximum);
    case SettingKind::kDuration: return "a duration such as 250ms, 30s, 5m, 2h, 1d";
    case SettingKind::kList: return "a list, separated by commas";
    case SettingKind::kUrl: return "a URL: http://, https:// or unix:/path";
    case SettingKind::kChoice: break;
  }
  std::string text = "one of";
  for (const std::string_view choice : setting.choices) {
    text += (text == "one of" ? " " : ", ") + std::string(choice);
  }
  return text;
}

Status CheckValue(const Setting& setting, std::string_view value) {
  bool good = true;
  switch (setting.kind) {
    case SettingKind::kSwitch: good = value == "true" || value == "false"; break;
    case SettingKind::kNumber: good = IsNumberWithin(setting, value); break;
    case SettingKind::kDuration: good = ParseDuration(value).ok(); break;
    case SettingKind::kUrl: good = IsUrl(value); break;
    case SettingKind::kChoice:
      good =
          std::find(setting.choices.begin(), setting.choices.end(), value) != setting.choices.end();
      break;
    case SettingKind::kText:
    case SettingKind::kPath:
    case SettingKind::kList: good = value.find('\0') == std::string_view::npos; break;
  }
  return good ? Ok() : Status(Wrong(setting, value));
}

Result<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
  };
  static constexpr Unit kUnits[] = {
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  constexpr std::int64_t kLongest = 10'000;  // of any unit: nothing overflows, nobody needs more
  std::int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, count);
  const std::string_view rest(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
  if (parsed.ec == std::errc() && count >= 0 && count <= kLongest) {
    for (const Unit& unit : kUnits) {
      if (rest == unit.name) return std::chrono::milliseconds(count * unit.milliseconds);
    }
  }
  return Error(Code::kInvalidArgument, "'" + std::string(text) + "' is no duration")
      .Why("a whole number up to 10000 and a unit: 250ms, 30s, 5m, 2h, 1d");
}

Settings::Settings() {
  for (const Setting& setting : Table()) {
    values_[std::string(setting.key)].text = std::string(setting.fallback);
  }
}

void Settings::Set(std::string_view key, std::string text, std::string origin) {
  const auto found = values_.find(key);
  CHECK(found != values_.end());
  found->second = {std::move(text), std::move(origin)};
}

const SettingValue& Settings::Value(std::string_view key) const {
  const auto found = values_.find(key);
  CHECK(found != values_.end());
  return found->second;
}

std::uint64_t Settings::Number(std::string_view key) const {
  const std::string& text = Text(key);
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::chrono::milliseconds Settings::Duration(std::string_view key) const {
  const auto parsed = ParseDuration(Text(key));
  return parsed.ok() ? *parsed : std::chrono::milliseconds(0);
}

std::vector<std::string> Settings::List(std::string_view key) const {
  std::vector<std::string> parts;
  std::string_view rest = Text(key);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    std::string_view part = rest.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return parts;
}

}  // namespace mooring::app::cli
