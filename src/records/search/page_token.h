// The token of a page of a search: how many records came before, and the last of them. Base64 of
// {"offset": N} as MLflow's is, with "after" where the search goes on after a named record, so that
// records added meanwhile neither repeat nor hide others.
//
// Failure: kInvalidArgument, with MLflow's text. Thread safety: pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace mooring::records::search {

struct PageStart {
  std::uint64_t offset = 0;
  std::string after = {};  // the id of the last record before; "": only the offset counts
  bool operator==(const PageStart&) const = default;
};

std::string ToToken(const PageStart& start);
Result<PageStart> ReadToken(std::string_view token);  // "": the first page

// Cuts sorted `items` to the page that starts at `offset`; the token of the next, "" when none.
template <typename T>
std::string CutPage(std::vector<T>& items, std::uint64_t offset, std::size_t max_results) {
  const std::size_t first = offset < items.size() ? static_cast<std::size_t>(offset) : items.size();
  const std::size_t count = max_results < items.size() - first ? max_results : items.size() - first;
  const bool more = first + count < items.size();
  std::vector<T> page;
  page.reserve(count);
  for (std::size_t i = first; i < first + count; ++i) page.push_back(std::move(items[i]));
  items = std::move(page);
  return more ? ToToken({.offset = first + count}) : "";
}

}  // namespace mooring::records::search
