#include "base/text/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/text/utf8.h"

namespace mooring {
namespace {

// Bytes that can be copied as they are.
constexpr std::array<bool, 256> MakePlain() {
  std::array<bool, 256> plain{};
  for (unsigned c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}
constexpr auto kPlain = MakePlain();

void AppendEscaped(std::string& out, char c) {
  constexpr char kDigits[] = "0123456789abcdef";
  switch (c) {
    case '"': out.append("\\\""); return;
    case '\\': out.append("\\\\"); return;
    case '\n': out.append("\\n"); return;
    case '\r': out.append("\\r"); return;
    case '\t': out.append("\\t"); return;
    default: break;
  }
  const auto byte = static_cast<unsigned char>(c);
  out.append("\\u00");
  out.push_back(kDigits[byte >> 4]);
  out.push_back(kDigits[byte & 15]);
}

template <typename Number>
void AppendFloating(std::string& out, Number number) {
  if (!std::isfinite(number)) {
    out.append("null");
    return;
  }
  std::array<char, 32> text;
  char* end = std::to_chars(text.data(), text.data() + text.size() - 2, number).ptr;
  const std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
  if (digits.find_first_of(".e") == std::string_view::npos) {
    *end++ = '.';
    *end++ = '0';
  }
  out.append(text.data(), end);
}

template <typename Integer>
void AppendInteger(std::string& out, Integer number) {
  std::array<char, 24> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t begin = 0;  // of the run that is copied as it is
  for (std::size_t at = 0; at < text.size();) {
    if (kPlain[static_cast<unsigned char>(text[at])]) {
      ++at;
      continue;
    }
    const std::size_t size = Utf8CharacterBytes(text.substr(at));
    if (size > 1) {
      at += size;
      continue;
    }
    out.append(text, begin, at - begin);
    if (size == 1) AppendEscaped(out, text[at]);
    if (size == 0) out.append("\xEF\xBF\xBD");
    begin = ++at;
  }
  out.append(text, begin);
  out.push_back('"');
}

JsonWriter& JsonWriter::Key(std::string_view key) {
  Separate();
  AppendJsonString(out_, key);
  out_.push_back(':');
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::Value(std::string_view text) {
  Separate();
  AppendJsonString(out_, text);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Value(double number) {
  Separate();
  AppendFloating(out_, number);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Value(float number) {
  Separate();
  AppendFloating(out_, number);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Signed(std::int64_t number) {
  Separate();
  AppendInteger(out_, number);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Unsigned(std::uint64_t number) {
  Separate();
  AppendInteger(out_, number);
  comma_ = true;
  return *this;
}

}  // namespace mooring
