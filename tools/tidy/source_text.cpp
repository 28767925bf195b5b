#include "tidy/source_text.h"

#include <cctype>

namespace tidy {
namespace {

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// Blanks what is not code. Knows //, /* */, "…", '…', digit separators and raw strings.
class Blanker {
 public:
  explicit Blanker(std::string_view text) : in_(text), out_(text) {}

  std::string Run() {
    while (at_ < in_.size()) {
      if (Next("//")) {
        BlankUntil("\n", 0);
      } else if (Next("/*")) {
        BlankUntil("*/", 2);
      } else if (Next("R\"") && (at_ == 0 || !IsWordCharacter(in_[at_ - 1]))) {
        BlankRaw();
      } else if (in_[at_] == '"' || IsCharacterQuote()) {
        BlankQuoted(in_[at_]);
      } else {
        ++at_;
      }
    }
    return out_;
  }

 private:
  bool Next(std::string_view text) const { return in_.substr(at_, text.size()) == text; }
  bool IsCharacterQuote() const {
    return in_[at_] == '\'' && (at_ == 0 || !IsWordCharacter(in_[at_ - 1]));
  }
  void Blank(std::size_t end) {
    for (; at_ < end && at_ < in_.size(); ++at_) {
      if (in_[at_] != '\n') out_[at_] = ' ';
    }
  }
  void BlankUntil(std::string_view end, std::size_t extra) {
    const std::size_t found = in_.find(end, at_ + 2);
    Blank(found == std::string_view::npos ? in_.size() : found + extra);
  }
  void BlankRaw() {
    const std::size_t open = in_.find('(', at_);
    if (open == std::string_view::npos) return Blank(in_.size());
    const std::string end = ")" + std::string(in_.substr(at_ + 2, open - at_ - 2)) + "\"";
    const std::size_t found = in_.find(end, open);
    Blank(found == std::string_view::npos ? in_.size() : found + end.size());
  }
  // Keeps the quotes, so that `f("x")` still looks like a call with an argument.
  void BlankQuoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < in_.size() && in_[end] != quote && in_[end] != '\n') {
      end += in_[end] == '\\' ? 2 : 1;
    }
    ++at_;
    Blank(end);
    ++at_;
  }

  std::string_view in_;
  std::string out_;
  std::size_t at_ = 0;
};

}  // namespace

SourceText::SourceText(std::string file_path, std::string_view text)
    : path(std::move(file_path)), bytes(text.size()), lines(SplitLines(text)) {
  code = IsCpp() ? SplitLines(Blanker(text).Run()) : lines;
}

std::string SourceText::Room() const {
  if (!path.starts_with("src/")) return "";
  const std::size_t end = path.find('/', 4);
  return end == std::string::npos ? "" : path.substr(4, end - 4);
}

std::string SourceText::Folder() const {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string SourceText::Stem() const {
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  return name.substr(0, name.find('.'));
}

Include IncludeOf(std::string_view line) {
  if (!line.starts_with("#include ") || line.size() < 11) return {};
  line.remove_prefix(9);
  const char close = line.front() == '"' ? '"' : '>';
  const std::size_t end = line.find(close, 1);
  if (end == std::string_view::npos) return {};
  return {std::string(line.substr(1, end - 1)), close == '"'};
}

std::size_t FindWord(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos;
       at = line.find(word, at + 1)) {
    const bool free_before = at == 0 || !IsWordCharacter(line[at - 1]) || !IsWordCharacter(word[0]);
    const std::size_t end = at + word.size();
    const bool free_after =
        end == line.size() || !IsWordCharacter(line[end]) || !IsWordCharacter(word.back());
    if (free_before && free_after) return at;
  }
  return std::string_view::npos;
}

std::size_t Columns(std::string_view line) {
  std::size_t columns = 0;
  for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return columns;
}

}  // namespace tidy
