#include "monitoring/quality/feature_bins.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/stats/distances.h"
#include "monitoring/class_outputs.h"

namespace mooring::monitoring {
namespace {

bool HasText(const data::Column& column) {
  return column.type() == data::Type::kString || column.type() == data::Type::kCategory;
}

}  // namespace

FeatureBins::FeatureBins(const data::BatchProfile& reference) {
  const OutputColumns outputs(reference);
  for (std::size_t i = 0; i < reference.width() && features_.size() < kFeatures; ++i) {
    if (outputs.Has(reference.name(i))) continue;
    Feature feature{.name = reference.name(i)};
    const auto* categories = std::get_if<data::CategoryBins>(&(*reference.bins())[i].bins);
    if (categories == nullptr) {
      feature.upper = data::GroupsOf(reference, reference, i).upper;
      if (feature.upper.size() < 2) continue;  // one value: no slice
    } else {
      const auto& named = categories->named();  // by share
      feature.categories.assign(named.begin(), named.begin() + std::min(named.size(), kCategories));
    }
    features_.push_back(std::move(feature));
  }
  for (Feature& feature : features_) {
    for (std::size_t i = 0; i < feature.categories.size(); ++i) {
      feature.places.emplace(feature.categories[i], static_cast<std::uint8_t>(i));
    }
  }
}

std::uint8_t FeatureBins::BinOf(const Feature& feature, const data::Column& column,
                                std::size_t row) const {
  if (column.IsNull(row)) return kMissing;
  if (feature.upper.empty()) {
    const auto found = feature.places.find(column.Text(row));
    return found == feature.places.end() ? kOther : found->second;
  }
  const double x = column.Number(row);
  if (std::isnan(x)) return kMissing;
  std::uint8_t bin = 0;
  for (const double edge : feature.upper) bin = static_cast<std::uint8_t>(bin + (edge < x ? 1 : 0));
  return bin;
}

void FeatureBins::Append(const data::Batch& batch, std::size_t row,
                         std::vector<std::uint8_t>& bins) {
  if (schema_ != batch.shared_schema()) {
    schema_ = batch.shared_schema();
    for (Feature& feature : features_) {
      feature.at = schema_->Find(feature.name);
      if (feature.at && HasText(batch.column(*feature.at)) != feature.upper.empty()) {
        feature.at.reset();
      }
    }
  }
  for (const Feature& feature : features_) {
    bins.push_back(feature.at ? BinOf(feature, batch.column(*feature.at), row) : kMissing);
  }
}

std::string FeatureBins::Name(std::size_t index, std::uint8_t bin) const {
  const Feature& feature = features_[index];
  if (bin == kMissing) return feature.name + " is missing";
  if (bin == kOther) return feature.name + " is another";
  if (feature.upper.empty()) return feature.name + "=" + feature.categories[bin];
  if (bin == 0) return fmt::format("{} <= {:.4g}", feature.name, feature.upper[0]);
  if (bin + 1U >= feature.upper.size()) {
    return fmt::format("{} > {:.4g}", feature.name, feature.upper[feature.upper.size() - 2]);
  }
  return fmt::format("{:.4g} < {} <= {:.4g}", feature.upper[bin - 1U], feature.name,
                     feature.upper[bin]);
}

}  // namespace mooring::monitoring
