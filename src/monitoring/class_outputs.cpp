#include "monitoring/class_outputs.h"

#include <algorithm>

#include "base/text/utf8.h"

namespace mooring::monitoring {

std::vector<std::size_t> RealOutputs(const data::Schema& outputs) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const data::Type type = outputs.field(i).type;
    if (type == data::Type::kFloat32 || type == data::Type::kFloat64) places.push_back(i);
  }
  return places;
}

std::vector<std::size_t> ClassOutputs(records::OutputRule::Task task, const data::Schema& outputs) {
  if (task != records::OutputRule::Task::kMulticlass) return {};
  std::vector<std::size_t> places = RealOutputs(outputs);
  const bool named = std::ranges::all_of(places, [&outputs](std::size_t place) {
    const std::string& name = outputs.field(place).name;
    return FirstInvalidUtf8(name) == name.size();
  });
  if (places.size() < 2 || places.size() > kMostClasses || !named) places.clear();
  return places;
}

OutputColumns::OutputColumns(const data::BatchProfile& profile) {
  for (std::size_t i = 0; i < profile.width(); ++i) See(profile.name(i));
}

OutputColumns::OutputColumns(std::span<const FeatureDrift> features) {
  for (const FeatureDrift& feature : features) See(feature.feature);
}

void OutputColumns::See(std::string_view column) {
  classes_ = classes_ || column.starts_with(kClassColumnPrefix);
}

bool OutputColumns::Has(std::string_view column) const {
  return column == kScoreColumn || column.starts_with(kClassColumnPrefix) ||
         (classes_ && column == kPredictedClassColumn);
}

}  // namespace mooring::monitoring
