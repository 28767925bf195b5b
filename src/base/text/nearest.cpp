#include "base/text/nearest.h"

#include <algorithm>
#include <array>

namespace mooring {
namespace {

constexpr std::size_t kLongest = 64;

std::string Lower(std::string_view text) {
  std::string lower(text.substr(0, kLongest));
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::size_t CommonStart(std::string_view lower, std::string_view name) {
  const std::string other = Lower(name);
  const auto differ = std::mismatch(lower.begin(), lower.end(), other.begin(), other.end());
  return static_cast<std::size_t>(differ.first - lower.begin());
}

}  // namespace

std::size_t EditDistance(std::string_view a, std::string_view b) {
  a = a.substr(0, kLongest);
  b = b.substr(0, kLongest);
  // Three rows of the classic table: a swap of neighbours looks two rows back.
  std::array<std::array<std::size_t, kLongest + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i - 1) % 3];
    const auto& twice_above = rows[(i + 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], twice_above[j - 2] + 1);
      }
    }
  }
  return rows[a.size() % 3][b.size()];
}

std::string_view NearestName(std::string_view word, std::span<const std::string_view> names) {
  const std::string lower = Lower(word);
  std::size_t best = std::clamp<std::size_t>(word.size() / 3, 1, 3) + 1;
  std::string_view nearest;
  for (const std::string_view name : names) {
    const std::size_t distance = EditDistance(lower, Lower(name));
    // A name that must be rewritten whole is not near, however short it is.
    if (distance >= name.size()) continue;
    // Of equals the one that begins alike: people mistype ends more than beginnings.
    const bool nearer = distance < best || (distance == best && !nearest.empty() &&
                                            CommonStart(lower, name) > CommonStart(lower, nearest));
    if (nearer) {
      best = distance;
      nearest = name;
    }
  }
  return nearest;
}

std::string DidYouMean(std::string_view word, std::span<const std::string_view> names) {
  const std::string_view nearest = NearestName(word, names);
  if (nearest.empty()) return {};
  return "did you mean '" + std::string(nearest) + "'?";
}

}  // namespace mooring
