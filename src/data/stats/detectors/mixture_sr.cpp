#include "data/stats/detectors/mixture_sr.h"

#include "data/stats/detectors/kinds.h"

namespace mooring::data {
namespace {

constexpr DetectorParameter kParameters[] = {
    {"baseline", "mean of the reference", "units of the values", 0, -1e100, 1e100},
    {"deviation", "of one reference value; 0: the largest there can be", "units of the values", 0,
     0, 1e100},
    {"learn", "1 to learn baseline and deviation from the first reference_rows values", "0 or 1", 1,
     0, 1, true},
    {"reference_rows", "that the baseline is from; 0: a given baseline is exact", "values", 5000, 0,
     1e12, true},
    {"margin_errors", "that the baseline is moved by, against chance in the reference",
     "standard errors", 1.5, 0, 100},
    {"direction", "0 for rises, 1 for falls, 2 for both", "", 0, 0, 2, true},
    {"alarm_rows", "mean time to a false alarm, at least", "values", 1e5, 1, 1e15},
    {"warning_rows", "mean time to a false warning, at least", "values", 1e4, 1, 1e15},
    {"family", "detectors that share the bound", "detectors", 1, 1, 1e12},
    {"low", "least possible value", "units of the values", 0, -1e100, 1e100},
    {"high", "largest possible value", "units of the values", 1, -1e100, 1e100},
};

MixtureSrOptions OptionsFrom(const DetectorParameters& p) {
  return {.test = {.baseline = Number(p, "baseline"),
                   .deviation = Number(p, "deviation"),
                   .reference_rows = Number(p, "reference_rows"),
                   .margin_errors = Number(p, "margin_errors"),
                   .direction = static_cast<Direction>(Count(p, "direction")),
                   .alarm_rows = Number(p, "alarm_rows"),
                   .warning_rows = Number(p, "warning_rows"),
                   .family = Number(p, "family")},
          .learn = Chosen(p, "learn"),
          .low = Number(p, "low"),
          .high = Number(p, "high")};
}

}  // namespace

Result<MixtureSr> MixtureSr::Make(const MixtureSrOptions& options) {
  if (!(options.low < options.high) || !std::isfinite(options.high - options.low)) {
    return Error(Code::kInvalidArgument, "\"low\" of an e-detector is not below \"high\"");
  }
  MixtureSrOptions scaled = options;
  MixtureSr made(options);
  if (options.learn) {
    if (!(options.test.reference_rows >= 2)) {
      return Error(Code::kInvalidArgument,
                   "an e-detector cannot learn from fewer than 2 \"reference_rows\"");
    }
    scaled.test.baseline = scaled.test.deviation = 0;  // to be learnt; the rest is checked now
  } else {
    scaled.test.baseline = made.Scaled(options.test.baseline);
    scaled.test.deviation = options.test.deviation / (options.high - options.low);
  }
  made.options_ = scaled;
  ASSIGN_OR_RETURN(BoundedEDetector test, BoundedEDetector::Make(scaled.test));
  if (!options.learn) made.test_ = std::move(test);
  return made;
}

DetectorState MixtureSr::Add(double x) {
  if (!std::isfinite(x)) return state();
  const double value = Scaled(std::clamp(x, options_.low, options_.high));
  if (test_) return test_->Add(value);
  learnt_.Add(value);
  if (learnt_.center.n < options_.test.reference_rows) return DetectorState::kStable;
  EDetectorOptions test = options_.test;
  test.baseline = std::clamp(learnt_.center.mean, 0.0, 1.0);
  // Never 0, which means unknown: one imagined value at half the range keeps bets within reason.
  test.deviation = std::min(1.0, std::sqrt(learnt_.Variance() + 0.25 / learnt_.center.n));
  auto made = BoundedEDetector::Make(test);
  CHECK(made.ok());  // all but mean and deviation was checked in Make
  test_ = std::move(made).value();
  return DetectorState::kStable;
}

void MixtureSr::Reset() {
  learnt_ = {};
  if (options_.learn) {
    test_.reset();
  } else {
    test_->Reset();
  }
}

DetectorKind MixtureSrKind() {
  return {.name = "mixture_sr",
          .summary = "mixture Shiryaev-Roberts e-detector, with a proven bound on false alarms",
          .input = "low to high",
          .documentation =
              "Bets against the baseline with eight sizes of shift at once and raises a drift when "
              "the winnings reach alarm_rows: the mean time to a false alarm is then at least "
              "alarm_rows values, whatever the distribution, as long as the true mean lies within "
              "the margin of the baseline. Delays come close to the least possible. It stays at "
              "drift until it is reset. Shin, Ramdas and Rinaldo, 2022.",
          .parameters = kParameters,
          .restarts_itself = false,
          .make = [](const DetectorParameters& p) -> Result<std::unique_ptr<Detector>> {
            ASSIGN_OR_RETURN(MixtureSr made, MixtureSr::Make(OptionsFrom(p)));
            return Made("mixture_sr", std::move(made));
          }};
}

}  // namespace mooring::data
