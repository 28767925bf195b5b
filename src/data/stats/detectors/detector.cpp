#include "data/stats/detectors/detector.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text/nearest.h"
#include "data/stats/detectors/kinds.h"

namespace mooring::data {
namespace {

Error UnknownKind(std::string_view name) {
  std::string known;
  for (const DetectorKind& kind : AllDetectors()) {
    known += known.empty() ? "" : ", ";
    known += kind.name;
  }
  Error error(Code::kNotFound, fmt::format("no kind of detector is named \"{}\"", name));
  return std::move(error).Help("kinds: " + known);
}

Error UnknownParameter(const DetectorKind& kind, std::string_view name) {
  std::string known;
  for (const DetectorParameter& parameter : kind.parameters) {
    known += known.empty() ? "" : ", ";
    known += parameter.name;
  }
  Error error(Code::kInvalidArgument,
              fmt::format("detector \"{}\" has no parameter \"{}\"", kind.name, name));
  return std::move(error).Help("parameters: " + known);
}

Status Check(const DetectorKind& kind, const DetectorParameter& parameter, double value) {
  // Written so that NaN is refused.
  if (!(value >= parameter.least && value <= parameter.most)) {
    return Error(Code::kInvalidArgument,
                 fmt::format("parameter \"{}\" of detector \"{}\" is {}, not from {} to {}",
                             parameter.name, kind.name, value, parameter.least, parameter.most));
  }
  if (parameter.whole && value != std::floor(value)) {
    return Error(Code::kInvalidArgument,
                 fmt::format("parameter \"{}\" of detector \"{}\" is {}, not a whole number",
                             parameter.name, kind.name, value));
  }
  return Ok();
}

}  // namespace

std::string_view NameOf(DetectorState state) {
  switch (state) {
    case DetectorState::kStable: return "stable";
    case DetectorState::kWarning: return "warning";
    case DetectorState::kDrift: return "drift";
  }
  return "";
}

std::span<const DetectorKind> AllDetectors() {
  static const std::array kKinds = {
      MixtureSrKind(), AdwinKind(),       DdmKind(),   EddmKind(),  HddmAKind(),
      HddmWKind(),     PageHinkleyKind(), KswinKind(), CusumKind(), CusumRatesKind()};
  return kKinds;
}

Result<std::unique_ptr<Detector>> MakeDetector(std::string_view name,
                                               const DetectorParameters& parameters) {
  const auto kinds = AllDetectors();
  const auto kind = std::ranges::find(kinds, name, &DetectorKind::name);
  if (kind == kinds.end()) return UnknownKind(name);
  DetectorParameters complete;
  for (const DetectorParameter& parameter : kind->parameters) {
    complete.emplace(parameter.name, parameter.fallback);
  }
  for (const auto& [key, value] : parameters) {
    const auto parameter = std::ranges::find(kind->parameters, key, &DetectorParameter::name);
    if (parameter == kind->parameters.end()) return UnknownParameter(*kind, key);
    RETURN_IF_ERROR(Check(*kind, *parameter, value));
    complete[key] = value;
  }
  return kind->make(complete);
}

}  // namespace mooring::data
