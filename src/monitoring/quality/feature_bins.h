// FeatureBins: one byte a feature that says roughly where a value lies, for the search of slices in
// which a model does badly: a tenth of the reference, or one of its 14 commonest categories.
//
// Thread safety: none (it remembers where a schema has its columns). Complexity: 10 ns a value; no
// allocation but the vector's own growth.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/stats/profile.h"

namespace mooring::monitoring {

class FeatureBins {
 public:
  static constexpr std::size_t kFeatures = 64;  // the rest are not searched
  static constexpr std::size_t kCategories = 14;
  static constexpr std::uint8_t kMissing = 255, kOther = 254;

  // Of the reference's columns but the model's own outputs.
  explicit FeatureBins(const data::BatchProfile& reference);

  std::size_t features() const { return features_.size(); }
  // Appends the bytes of one row, one a feature.
  void Append(const data::Batch& batch, std::size_t row, std::vector<std::uint8_t>& bins);
  // "origin=ATL", "9 < distance <= 18", "distance is missing".
  std::string Name(std::size_t feature, std::uint8_t bin) const;

 private:
  struct Feature {
    std::string name;
    std::vector<double> upper;                                  // of numbers
    std::vector<std::string> categories;                        // of texts
    std::unordered_map<std::string_view, std::uint8_t> places;  // views into categories
    std::optional<std::size_t> at;                              // in the schema met last
  };
  std::uint8_t BinOf(const Feature& feature, const data::Column& column, std::size_t row) const;

  std::vector<Feature> features_;
  std::shared_ptr<const data::Schema> schema_;
};

}  // namespace mooring::monitoring
