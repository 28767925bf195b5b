#include "model/formats/lightgbm_text.h"

#include <charconv>
#include <string>

#include "base/limits.h"

namespace mooring::model {
namespace {

Error Wrong(std::string_view key, std::string_view what) {
  return Error(Code::kInvalidArgument,
               "'" + std::string(key.substr(0, 64)) + "' " + std::string(what));
}

// Takes the next line off the text, without its end.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

Status LightgbmSection::Add(std::string_view line) {
  const std::size_t equals = line.find('=');
  const std::string_view key = line.substr(0, equals);
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view() : line.substr(equals + 1);
  if (!values_.emplace(key, value).second) return Wrong(key, "is there twice");
  return Ok();
}

std::string_view LightgbmSection::Text(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? std::string_view() : found->second;
}

Result<std::vector<double>> LightgbmSection::Numbers(std::string_view key, std::size_t size) const {
  const std::string_view text = Text(key);
  std::vector<double> numbers;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (at != end) {
    if (*at == ' ') {
      ++at;
      continue;
    }
    double number = 0;
    const auto [stop, status] = std::from_chars(at, end, number);
    if (status != std::errc() || (stop != end && *stop != ' ')) return Wrong(key, "is not numbers");
    numbers.push_back(number);
    at = stop;
  }
  if (numbers.size() != size) {
    return Wrong(key, "has " + std::to_string(numbers.size()) + " elements, not " +
                          std::to_string(size));
  }
  return numbers;
}

Result<std::size_t> LightgbmSection::Count(std::string_view key, std::size_t limit) const {
  const std::string_view text = Text(key);
  std::size_t number = 0;
  const auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || status != std::errc() || stop != text.data() + text.size()) {
    return Wrong(key, "is not a whole number");
  }
  if (number > limit) {
    return Error(Code::kTooLarge, "'" + std::string(key) + "' is " + std::to_string(number))
        .Why("the limit is " + std::to_string(limit));
  }
  return number;
}

Result<LightgbmText> SplitLightgbmText(std::string_view text) {
  LightgbmText split;
  LightgbmSection* section = &split.head;
  if (TakeLine(text) != "tree") return Wrong("tree", "is not the first line");
  bool ended = false;
  while (!text.empty() && !ended) {
    const std::string_view line = TakeLine(text);
    ended = line == "end of trees";
    if (line.empty() || ended) continue;
    if (line.starts_with("Tree=")) {
      if (split.trees.size() >= limits::kTrees) return Wrong("Tree", "comes too often");
      section = &split.trees.emplace_back();
    }
    RETURN_IF_ERROR(section->Add(line));
  }
  if (!ended) return Wrong("end of trees", "is missing: the file ends too early");
  constexpr std::string_view kPandas = "pandas_categorical:";
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    if (line.starts_with(kPandas)) split.pandas_categories = line.substr(kPandas.size());
  }
  return split;
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    if (end != 0) words.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return words;
}

}  // namespace mooring::model
