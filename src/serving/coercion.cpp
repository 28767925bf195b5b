#include "serving/coercion.h"

#include <charconv>
#include <cstring>
#include <string>

namespace mooring::serving {
namespace {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

template <typename T>
std::optional<T> ParseWhole(std::string_view text) {
  text = Trim(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Bytes of the UTF-8 character that starts here, 0 when it is broken. Table 3-7 of Unicode 15.
std::size_t CharacterBytes(const unsigned char* at, std::size_t left) {
  const unsigned first = at[0];
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (left < size) return 0;
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (at[1] < low || at[1] > high) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if (at[i] < 0x80 || at[i] > 0xBF) return 0;
  }
  return size;
}

}  // namespace

std::optional<double> ParseDecimal(std::string_view text) { return ParseWhole<double>(text); }

std::optional<std::int64_t> ParseInteger(std::string_view text) {
  return ParseWhole<std::int64_t>(text);
}

std::optional<std::int64_t> ParseTimestamp(std::string_view text, Coercion coercion) {
  if (auto time = ParseTime(text); time.ok()) return time.value().time_since_epoch().count();
  if (coercion == Coercion::kStrict || text.size() < 10 || text.size() > 40) return std::nullopt;
  std::string full(text);
  if (full.size() == 10) {
    full += "T00:00:00";
  } else if (full[10] == ' ') {
    full[10] = 'T';
  }
  if (auto time = ParseTime(full); time.ok()) return time.value().time_since_epoch().count();
  if (auto time = ParseTime(full + "Z"); time.ok()) return time.value().time_since_epoch().count();
  return std::nullopt;
}

bool IsPlainText(std::string_view text) {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t left = text.size();
  while (left >= 8) {  // eight ASCII characters at once, none of them NUL
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    constexpr std::uint64_t kHigh = 0x8080808080808080ULL, kOne = 0x0101010101010101ULL;
    if ((word & kHigh) != 0 || ((word - kOne) & kHigh) != 0) break;
    at += 8;
    left -= 8;
  }
  while (left > 0) {
    const std::size_t bytes = CharacterBytes(at, left);
    if (bytes == 0) return false;
    at += bytes;
    left -= bytes;
  }
  return true;
}

}  // namespace mooring::serving
