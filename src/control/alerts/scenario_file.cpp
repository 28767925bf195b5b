// Reads scenarios from YAML.
#include <algorithm>
#include <charconv>

#include "control/alerts/scenario.h"
#include "records/contract/yaml_form.h"

namespace mooring::control {
namespace {

using monitoring::Level;
using records::PlacedErrors;
using records::ValueKind;
using records::YamlForm;
using records::YamlNode;
using Word = Scenario::Word;

constexpr std::size_t kWindows = 10'000;
constexpr double kYear = 365.0 * 86'400;

std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \t\n", at), text.size());
    if (end > at) words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::optional<Word> WordOf(char letter) {
  switch (letter) {
    case '.': return Word{};
    case 'h': return Word{Word::Kind::kFinding, Level::kHold, false};
    case 'w': return Word{Word::Kind::kFinding, Level::kWarn, false};
    case 'a': return Word{Word::Kind::kFinding, Level::kAlert, false};
    case 'W': return Word{Word::Kind::kFinding, Level::kWarn, true};
    case 'A': return Word{Word::Kind::kFinding, Level::kAlert, true};
    case 'n': return Word{Word::Kind::kTooFewRows, Level::kClear, false};
    case '_': return Word{Word::Kind::kNoWindow, Level::kClear, false};
    default: return std::nullopt;
  }
}

// "a", or "ax12" for twelve of them; false when it is neither.
bool AddWords(const std::string& text, std::vector<Word>& windows) {
  const std::optional<Word> word = WordOf(text[0]);
  std::size_t count = 1;
  if (text.size() > 1) {
    const char* end = text.data() + text.size();
    if (text[1] != 'x') return false;
    const auto [stop, ec] = std::from_chars(text.data() + 2, end, count);
    if (ec != std::errc() || stop != end) return false;
  }
  if (!word || count == 0 || count > kWindows - windows.size()) return false;
  windows.insert(windows.end(), count, *word);
  return true;
}

class Reader {
 public:
  explicit Reader(PlacedErrors& errors) : errors_(errors) {}

  Scenario Read(const YamlNode& node, const std::string& path) {
    Scenario scenario;
    YamlForm form(errors_, node, path);
    if (const auto name = form.GetNeeded("name", {ValueKind::kText})) scenario.name = name->text;
    if (const auto model = form.Get("model", {ValueKind::kName})) scenario.model = model->text;
    if (const auto every = form.Get("every", {ValueKind::kDuration, false, {}, 1, kYear})) {
      scenario.every = every->seconds;
    }
    if (const auto start = form.Get("start", {ValueKind::kText})) {
      const auto time = ParseTime(start->text);
      time.ok() ? void(scenario.start = *time) : form.Fail("start", time.error().message());
    }
    Contract(form, scenario);
    Sinks(form, scenario);
    scenario.rules = ReadModelRules(form, "rules");
    Windows(form, scenario);
    Findings(form, scenario);
    Silences(form, scenario);
    Expectations(form, scenario);
    form.Finish();
    return scenario;
  }

 private:
  void Contract(YamlForm& form, Scenario& scenario) {
    const YamlNode* text = form.Find("contract");  // as a block: it has lines
    if (text == nullptr) return;
    const auto contract = records::ParseContract(text->text, "contract");
    if (!contract.ok()) return form.Fail("contract", contract.error().message());
    scenario.owner = contract->owner;
    scenario.model = contract->model;
  }

  // The entries of a list at a key, each with its path.
  template <typename Take>
  void ForEach(YamlForm& form, std::string_view key, const Take& take) {
    const YamlNode* list = form.Find(key);
    if (list == nullptr) return;
    if (!list->is_list()) return form.Fail(key, "must be a list");
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      take(list->items[i], form.PathOf(key) + "[" + std::to_string(i) + "]");
    }
  }

  void Sinks(YamlForm& form, Scenario& scenario) {
    ForEach(form, "sinks", [&](const YamlNode& node, const std::string& path) {
      YamlForm sink(errors_, node, path);
      Audience audience;
      if (const auto name = sink.GetNeeded("name", {ValueKind::kName})) audience.sink = name->text;
      const auto least = sink.Get("severity", {ValueKind::kChoice, false, "warning|critical"});
      if (least && least->integer == 1) audience.severity = records::Severity::kCritical;
      audience.models = sink.Texts("models");
      sink.Finish();
      scenario.audiences.push_back(std::move(audience));
    });
    if (scenario.audiences.empty()) scenario.audiences.push_back({.sink = "pager"});
  }

  void Findings(YamlForm& form, Scenario& scenario) {
    if (!scenario.verdicts.empty() && form.Find("findings") == nullptr) return;
    const YamlNode* map = form.Need("findings", "drift/feature_drift/distance: . a a .");
    if (map == nullptr) return;
    if (!map->is_map()) return form.Fail("findings", "must be a map of causes");
    for (std::size_t i = 0; i < map->items.size(); ++i) {
      const std::string& cause = map->keys[i].name;
      Scenario::Series series;
      const std::size_t slash = cause.find('/');
      const std::size_t second = slash == cause.npos ? slash : cause.find('/', slash + 1);
      if (slash == cause.npos || slash == 0 || slash + 1 == cause.size()) {
        errors_.Add(map->keys[i].place, form.PathOf("findings"), "'" + cause + "' is no cause",
                    "verdict/kind or verdict/kind/subject, as drift/feature_drift/distance");
        continue;
      }
      series.cause = {scenario.model, cause.substr(0, slash),
                      cause.substr(slash + 1, second == cause.npos ? second : second - slash - 1),
                      second == cause.npos ? "" : cause.substr(second + 1)};
      for (const std::string& word : WordsOf(map->items[i].text)) {
        if (AddWords(word, series.windows)) continue;
        errors_.Add(map->items[i].place, form.PathOf("findings"), "'" + word + "' is no window",
                    ". clear, h hold, w warn, a alert, W and A certain, n too few rows, _ none; "
                    "ax3 is three of them");
        break;
      }
      scenario.series.push_back(std::move(series));
    }
  }

  // Verdicts written out, for versions side by side and for what letters cannot say.
  void Windows(YamlForm& form, Scenario& scenario) {
    ForEach(form, "windows", [&](const YamlNode& node, const std::string& path) {
      YamlForm entry(errors_, node, path);
      Scenario::PlacedVerdict placed;
      const auto after = entry.GetNeeded("after", {ValueKind::kInteger, false, {}, 1, kWindows});
      if (after) placed.after = static_cast<std::uint64_t>(after->integer);
      if (const auto kind = entry.GetNeeded("kind", {ValueKind::kName})) placed.kind = kind->text;
      if (const auto version = entry.Get("version", {ValueKind::kInteger, false, {}, 1, 1e9})) {
        placed.version = static_cast<VersionNumber>(version->integer);
      }
      const records::ValueRule verdicts{ValueKind::kChoice, false, "ok|waiting|not_enough_data"};
      if (const auto said = entry.Get("verdict", verdicts)) placed.verdict = said->text;
      for (const std::string& text : entry.Texts("findings")) {
        if (auto finding = FindingOf(WordsOf(text))) {
          placed.findings.push_back(std::move(*finding));
        } else {
          entry.Fail("findings", "'" + text + "' is no finding",
                     "kind[/subject] hold|warn|alert [certain], as feature_drift/distance alert");
        }
      }
      entry.Finish();
      scenario.verdicts.push_back(std::move(placed));
    });
  }

  // "feature_drift/distance alert certain".
  static std::optional<monitoring::Finding> FindingOf(const std::vector<std::string>& words) {
    if (words.size() < 2 || words.size() > 3 || words[0].starts_with('/')) return std::nullopt;
    if (words.size() == 3 && words[2] != "certain") return std::nullopt;
    const auto level = monitoring::LevelOfName(words[1]);
    if (!level.ok() || *level == Level::kClear) return std::nullopt;
    const std::size_t slash = words[0].find('/');
    monitoring::Finding finding;
    finding.kind = words[0].substr(0, slash);
    if (slash != std::string::npos) finding.subject = words[0].substr(slash + 1);
    finding.level = *level;
    finding.certain = words.size() == 3;
    return finding;
  }

  void Silences(YamlForm& form, Scenario& scenario) {
    ForEach(form, "silences", [&](const YamlNode& node, const std::string& path) {
      YamlForm entry(errors_, node, path);
      Scenario::PlacedSilence placed;
      const records::ValueRule duration{ValueKind::kDuration, false, {}, 0, kYear};
      if (const auto at = entry.GetNeeded("at", duration)) placed.at = at->seconds;
      if (const auto length = entry.GetNeeded("for", duration)) placed.length = length->seconds;
      for (const auto& [key, member] : {std::pair{"model", &records::Silence::model},
                                        {"kind", &records::Silence::kind},
                                        {"subject", &records::Silence::subject},
                                        {"reason", &records::Silence::reason}}) {
        if (const auto text = entry.Get(key, {ValueKind::kText})) {
          placed.silence.*member = text->text;
        }
      }
      entry.Finish();
      scenario.silences.push_back(std::move(placed));
    });
  }

  void Expectations(YamlForm& form, Scenario& scenario) {
    ForEach(form, "expect", [&](const YamlNode& node, const std::string& path) {
      YamlForm entry(errors_, node, path);
      Scenario::Expectation wanted;
      const auto after = entry.Get("after", {ValueKind::kInteger, false, {}, 0, kWindows});
      const auto at = entry.Get("at", {ValueKind::kDuration, false, {}, 0, kYear});
      if (after.has_value() == at.has_value()) {
        entry.Fail("after", "one of 'after' (windows) and 'at' (time) says when");
      } else {
        wanted.at = after ? after->integer * scenario.every : at->seconds;
        wanted.when = after ? "after " + after->text : "at " + at->text;
      }
      wanted.alerts = Lines(entry, "alerts");
      wanted.incidents = Lines(entry, "incidents");
      wanted.notifications = Lines(entry, "notifications");
      if (!wanted.alerts && !wanted.incidents && !wanted.notifications) {
        entry.Fail("after", "nothing is expected", "alerts, incidents or notifications");
      }
      entry.Finish();
      scenario.expectations.push_back(std::move(wanted));
    });
    if (scenario.expectations.empty()) form.Fail("expect", "nothing is expected");
  }

  static std::optional<std::vector<std::string>> Lines(YamlForm& form, std::string_view key) {
    if (form.Find(key) == nullptr) return std::nullopt;
    std::vector<std::string> lines = form.Texts(key);
    for (std::string& line : lines) line = Join(WordsOf(line));
    return lines;
  }

  PlacedErrors& errors_;
};

}  // namespace

Result<std::vector<Scenario>> ParseScenarios(std::string_view text, std::string_view file) {
  const records::YamlTree tree = records::ReadYaml(text);
  PlacedErrors errors;
  records::AddProblems(tree, errors);
  std::vector<Scenario> scenarios;
  if (tree.problems.empty()) {
    Reader reader(errors);
    const auto list = std::ranges::find(tree.root.keys, "scenarios", &records::YamlKey::name);
    if (list == tree.root.keys.end()) {
      scenarios.push_back(reader.Read(tree.root, ""));
    } else {
      YamlForm form(errors, tree.root, "");
      const YamlNode* items = form.Find("scenarios");
      if (!items->is_list()) form.Fail("scenarios", "must be a list");
      for (std::size_t i = 0; i < items->items.size(); ++i) {
        scenarios.push_back(reader.Read(items->items[i], "scenarios[" + std::to_string(i) + "]"));
      }
      form.Finish();
    }
  }
  RETURN_IF_ERROR(records::Together(std::move(errors), file));
  return scenarios;
}

}  // namespace mooring::control
