#include "control/moving/mlflow_files.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "base/text/utf8.h"

namespace mooring::control {
namespace {

constexpr std::size_t kMetaBytes = 32 << 20;  // a dataset's profile may be 16 MiB
constexpr std::size_t kKeyBytes = 1000;

std::vector<std::string_view> Words(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
    if (end > at) words.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::optional<double> RealNumber(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // "1e400" is what Python reads as infinity, "1e-400" as nothing.
    const bool small = text.find("e-") != text.npos || text.find("E-") != text.npos;
    const double size = small ? 0.0 : std::numeric_limits<double>::infinity();
    return text.starts_with('-') ? -size : size;
  }
  if (error != std::errc()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::int64_t> WholeNumber(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<MetaFile> MetaFile::Read(const ClosedTree& tree, const std::string& directory) {
  const std::string path = JoinPath(directory, "meta.yaml");
  ASSIGN_OR_RETURN(const std::string text, tree.Text(path, kMetaBytes));
  auto meta = Parse(text);
  if (!meta.ok()) return std::move(meta).error().Where(path);
  return meta;
}

Result<MetaFile> MetaFile::Parse(std::string_view text) {
  MetaFile meta;
  meta.tree_ = records::ReadYaml(text, kMetaBytes);
  if (!meta.tree_.problems.empty()) {
    const records::YamlProblem& problem = meta.tree_.problems.front();
    return Error(Code::kDataLoss, fmt::format("line {}: {}", problem.place.line, problem.message));
  }
  if (!meta.tree_.root.is_map()) return Error(Code::kDataLoss, "not a map of names and values");
  return meta;
}

const records::YamlNode* MetaFile::Find(std::string_view key) const {
  const records::YamlNode& root = tree_.root;
  for (std::size_t i = 0; i < root.keys.size() && i < root.items.size(); ++i) {
    if (root.keys[i].name == key) return &root.items[i];
  }
  return nullptr;
}

std::string MetaFile::Text(std::string_view key) const {
  const records::YamlNode* node = Find(key);
  if (node == nullptr || !node->is_scalar()) return "";
  if (!node->quoted && (node->text == "null" || node->text == "~")) return "";
  return node->text;
}

std::optional<std::int64_t> MetaFile::Int(std::string_view key) const {
  return WholeNumber(Text(key));
}

std::vector<records::KeyValue> MetaFile::Map(std::string_view key) const {
  std::vector<records::KeyValue> pairs;
  const records::YamlNode* node = Find(key);
  if (node == nullptr || !node->is_map()) return pairs;
  for (std::size_t i = 0; i < node->keys.size() && i < node->items.size(); ++i) {
    pairs.push_back({node->keys[i].name, node->items[i].text});
  }
  return pairs;
}

Result<std::vector<records::KeyValue>> ReadValues(const ClosedTree& tree,
                                                  const std::string& directory,
                                                  std::vector<std::string>* left_out) {
  std::vector<records::KeyValue> values;
  ASSIGN_OR_RETURN(const std::vector<SourceArtifact> found, tree.Walk(directory, left_out));
  for (const SourceArtifact& file : found) {
    const std::string path = JoinPath(directory, file.path);
    auto text = tree.Text(path, 1 << 20);
    if (text.ok() && FirstInvalidUtf8(*text) != text->size()) {
      text = Error(Code::kDataLoss, "not UTF-8");
    }
    if (file.path.size() > kKeyBytes) text = Error(Code::kTooLarge, "the key is too long");
    if (text.ok()) {
      values.push_back({file.path, *std::move(text)});
    } else if (left_out != nullptr) {
      left_out->push_back(path + ": " + text.error().message());
    }
  }
  return values;
}

Result<MetricLine> ParseMetricLine(std::string_view line) {
  const std::vector<std::string_view> words = Words(line);
  if (words.size() < 2) return Error(Code::kDataLoss, "not a timestamp and a value");
  MetricLine parsed;
  const auto timestamp = WholeNumber(words[0]);
  const auto value = RealNumber(words[1]);
  const auto step = words.size() > 2 ? WholeNumber(words[2]) : std::optional<std::int64_t>(0);
  if (!timestamp || !value || !step) return Error(Code::kDataLoss, "not the numbers of a metric");
  parsed.point = {.value = *value, .timestamp = *timestamp, .step = *step};
  for (std::size_t i = 3; i < words.size(); ++i) parsed.rest.emplace_back(words[i]);
  return parsed;
}

Result<std::vector<MetricLine>> ParseMetricLines(std::string_view text) {
  std::vector<MetricLine> lines;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    auto parsed = ParseMetricLine(line);
    if (!parsed.ok()) return std::move(parsed).error().Context(fmt::format("line {}", number));
    lines.push_back(*std::move(parsed));
  }
  return lines;
}

std::string MetricText(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return fmt::format("{}", value);
}

bool IsLater(const records::MetricPoint& a, const records::MetricPoint& b) {
  if (a.step != b.step) return a.step > b.step;
  if (a.timestamp != b.timestamp) return a.timestamp > b.timestamp;
  if (std::isnan(b.value)) return !std::isnan(a.value);
  return a.value > b.value;
}

}  // namespace mooring::control
