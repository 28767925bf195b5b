#include "api/http/byte_range.h"

#include <algorithm>
#include <charconv>

namespace mooring::api {
namespace {

// A whole number and nothing else.
std::optional<std::uint64_t> Number(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (text.empty() || problem != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace

ByteRange ParseRange(std::string_view header, std::uint64_t size) {
  const ByteRange all{0, size, false, true};
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return all;
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) return all;
  const std::string_view from = header.substr(0, dash), to = header.substr(dash + 1);
  const auto first = Number(from), last = Number(to);
  if (from.empty()) {
    if (!last) return all;
    const std::uint64_t bytes = std::min(*last, size);  // the last so many
    return {size - bytes, bytes, true, bytes != 0};
  }
  if (!first || (!last && !to.empty()) || (last && *last < *first)) return all;
  if (*first >= size) return {0, 0, true, false};
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return {*first, end - *first + 1, true, true};
}

}  // namespace mooring::api
