// The descriptions of all kinds of detectors, one a file; detector.cpp lists them in order. For
// users: detector.h. Thread safety: constants.
#pragma once

#include "data/stats/detectors/detector.h"

namespace mooring::data {

DetectorKind MixtureSrKind();
DetectorKind AdwinKind();
DetectorKind DdmKind();
DetectorKind EddmKind();
DetectorKind HddmAKind();
DetectorKind HddmWKind();
DetectorKind PageHinkleyKind();
DetectorKind KswinKind();
DetectorKind CusumKind();
DetectorKind CusumRatesKind();

// The value of a parameter that a complete set has, as a number, a count or a choice.
inline double Number(const DetectorParameters& parameters, std::string_view name) {
  return parameters.find(name)->second;
}
inline int Count(const DetectorParameters& parameters, std::string_view name) {
  return static_cast<int>(Number(parameters, name));
}
inline bool Chosen(const DetectorParameters& parameters, std::string_view name) {
  return Number(parameters, name) != 0;
}

// A detector of a kind's class, under the kind's name.
template <typename Kind>
std::unique_ptr<Detector> Made(std::string_view name, Kind kind) {
  return std::make_unique<DetectorOf<Kind>>(name, std::move(kind));
}

}  // namespace mooring::data
