#include "monitoring/reference_dictionaries.h"

#include <algorithm>

#include "data/stats/profile.h"

namespace mooring::monitoring {

Result<Dictionaries> ReadDictionaries(std::string_view reference_profile) {
  ASSIGN_OR_RETURN(const data::BatchProfile profile,
                   data::BatchProfile::FromJson(reference_profile));
  Dictionaries dictionaries;
  for (const data::ColumnBins& column : *profile.bins()) {
    const auto* categories = std::get_if<data::CategoryBins>(&column.bins);
    if (categories == nullptr) continue;
    std::vector<std::string> values = categories->parts().named;
    const std::vector<std::string>& others = categories->parts().others;
    values.insert(values.end(), others.begin(), others.end());
    std::sort(values.begin(), values.end());
    ASSIGN_OR_RETURN(dictionaries[column.name], data::Dictionary::Make(std::move(values)));
  }
  return dictionaries;
}

}  // namespace mooring::monitoring
