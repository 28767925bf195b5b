#include "data/stats/detectors/eddm.h"

#include <cmath>

#include "data/stats/detectors/kinds.h"

namespace mooring::data {
namespace {

constexpr DetectorParameter kParameters[] = {
    {"warm_up", "values, and errors, that are only counted", "values", 30, 1, 1e6, true},
    {"warning", "share of the best distance that warns", "", 0.95, 0, 1},
    {"drift", "share of the best distance that is a drift", "", 0.9, 0, 1},
    {"earlier_form", "1 for the form of MOA and of River before 0.15", "0 or 1", 0, 0, 1, true},
};

}  // namespace

double Eddm::Deviation() const {
  return std::sqrt(options_.earlier_form ? distances_.squares / distances_.center.n
                                         : distances_.Variance());
}

DetectorState Eddm::Add(double x) {
  if (!std::isfinite(x)) return state_;
  if (state_ == DetectorState::kDrift) Reset();
  ++rows_;
  if (x < 0.5) return state_;
  distances_.Add(static_cast<double>(rows_ - last_error_));
  last_error_ = rows_;
  if (rows_ + options_.earlier_form <= options_.warm_up) return state_;
  const double reach = distances_.center.mean + 2 * Deviation();
  if (reach > best_) {
    best_ = reach;
    if (options_.earlier_form) state_ = DetectorState::kStable;
    return state_;
  }
  if (distances_.center.n <= options_.warm_up) return state_;
  const double share = reach / best_;
  state_ = share < options_.drift     ? DetectorState::kDrift
           : share < options_.warning ? DetectorState::kWarning
                                      : DetectorState::kStable;
  return state_;
}

DetectorKind EddmKind() {
  return {.name = "eddm",
          .summary = "the distance between errors against its best",
          .input = "0 or 1",
          .documentation =
              "EDDM judges how far apart errors are: it warns when mean plus two deviations of the "
              "distance fall below 95 % of their best, and raises a drift below 90 %. For "
              "comparison with other tools: it raises many false alarms. Baena-García et al., "
              "2006.",
          .parameters = kParameters,
          .make = [](const DetectorParameters& p) -> Result<std::unique_ptr<Detector>> {
            if (Number(p, "warning") < Number(p, "drift")) {
              return Error(Code::kInvalidArgument,
                           "parameter \"warning\" of detector \"eddm\" is below \"drift\"");
            }
            return Made("eddm", Eddm({.warm_up = Count(p, "warm_up"),
                                      .warning = Number(p, "warning"),
                                      .drift = Number(p, "drift"),
                                      .earlier_form = Chosen(p, "earlier_form")}));
          }};
}

}  // namespace mooring::data
