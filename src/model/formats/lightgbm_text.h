// The lines of a LightGBM text model as sections of keys and values.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace mooring::model {

// "key=value" lines up to an empty line. A line without '=' is a key with an empty value. Views
// into the text.
class LightgbmSection {
 public:
  // kInvalidArgument when a key comes twice.
  Status Add(std::string_view line);
  bool Has(std::string_view key) const { return values_.contains(key); }
  // Empty when absent.
  std::string_view Text(std::string_view key) const;
  const std::unordered_map<std::string_view, std::string_view>& values() const { return values_; }

  // Numbers between spaces; exactly `size` of them.
  Result<std::vector<double>> Numbers(std::string_view key, std::size_t size) const;
  // A whole number in [0, limit].
  Result<std::size_t> Count(std::string_view key, std::size_t limit) const;

 private:
  std::unordered_map<std::string_view, std::string_view> values_;
};

struct LightgbmText {
  LightgbmSection head;
  std::vector<LightgbmSection> trees;
  std::string_view pandas_categories;  // JSON, or empty
};

Result<LightgbmText> SplitLightgbmText(std::string_view text);

// The words between single spaces; empty ones left out.
std::vector<std::string_view> Words(std::string_view text);

}  // namespace mooring::model
