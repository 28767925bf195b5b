#include "base/ids.h"

#include <array>
#include <charconv>

#include "base/limits.h"

namespace mooring {
namespace {

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

template <typename Number>
bool TakeNumber(std::string_view& text, Number& out) {
  if (text.empty() || (text[0] == '0' && text.size() > 1 && text[1] != '-')) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end == text.data()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool Take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

void AppendDecimal(std::string& text, std::uint32_t number) {
  std::array<char, 10> digits;
  text.append(digits.data(),
              std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

}  // namespace

Status ValidateName(std::string_view kind, std::string_view name) {
  bool good = !name.empty() && name.size() <= limits::kNameBytes && IsAlphanumeric(name.front());
  for (const char c : name) good = good && (IsAlphanumeric(c) || c == '_' || c == '.' || c == '-');
  if (good) return Ok();
  return Error(Code::kInvalidArgument, std::string(kind) + " name is not valid")
      .Why("a name has 1 to 128 of A-Z a-z 0-9 _ . - and starts with a letter or digit");
}

std::string DecisionId::ToString() const {
  std::string text = "d";
  AppendDecimal(text, replica);
  text.push_back('-');
  AppendDecimal(text, segment);
  text.push_back('-');
  AppendDecimal(text, ordinal);
  return text;
}

Result<DecisionId> DecisionId::Parse(std::string_view text) {
  const std::string_view whole = text.substr(0, 64);
  DecisionId id;
  if (Take(text, 'd') && TakeNumber(text, id.replica) && Take(text, '-') &&
      TakeNumber(text, id.segment) && Take(text, '-') && TakeNumber(text, id.ordinal) &&
      text.empty()) {
    return id;
  }
  return Error(Code::kInvalidArgument, "'" + std::string(whole) + "' is not a decision id")
      .Why("a decision id looks like d1-57-4021");
}

}  // namespace mooring
