#include "monitoring/exact/reference_groups.h"

#include <algorithm>
#include <map>

#include "base/check.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kTenths = 10;

// What is below a cut: values < at, or <= at.
struct Cut {
  double at = 0;
  bool with_it = true;

  std::size_t Below(std::span<const double> sorted) const {
    const auto end = with_it ? std::upper_bound(sorted.begin(), sorted.end(), at)
                             : std::lower_bound(sorted.begin(), sorted.end(), at);
    return static_cast<std::size_t>(end - sorted.begin());
  }
};

std::vector<Cut> DecileCuts(std::span<const double> reference) {
  std::vector<Cut> cuts;
  for (std::size_t tenth = 1; tenth < kTenths; ++tenth) {
    const double edge = reference[(tenth * reference.size() + kTenths - 1) / kTenths - 1];
    if (cuts.empty() || cuts.back().at != edge) {
      cuts.push_back({.at = edge});
    } else if (cuts.size() == 1 || cuts[cuts.size() - 2].at != edge) {
      cuts.back().with_it = false;
      cuts.push_back({.at = edge});
    }
  }
  return cuts;
}

void Add(GroupCounts& groups, std::uint64_t reference, std::uint64_t current) {
  if (reference + current == 0) return;
  groups.reference.push_back(reference);
  groups.current.push_back(current);
}

}  // namespace

GroupCounts DecileGroups(std::span<const double> reference, std::span<const double> current) {
  CHECK(!reference.empty());
  GroupCounts groups;
  std::size_t below_reference = 0, below_current = 0;
  for (const Cut& cut : DecileCuts(reference)) {
    const std::size_t r = cut.Below(reference), c = cut.Below(current);
    Add(groups, r - below_reference, c - below_current);
    below_reference = r;
    below_current = c;
  }
  Add(groups, reference.size() - below_reference, current.size() - below_current);
  return groups;
}

GroupCounts ValueGroups(const CategorySample& reference, const CategorySample& current) {
  std::map<std::string_view, std::pair<std::uint64_t, std::uint64_t>> both;
  for (const auto& [value, count] : reference.counts) both[value].first = count;
  for (const auto& [value, count] : current.counts) both[value].second = count;
  GroupCounts groups;
  for (const auto& [value, counts] : both) Add(groups, counts.first, counts.second);
  return groups;
}

}  // namespace mooring::monitoring
