// BernoulliEDetector and BoundedEDetector: has the mean of a stream moved from its baseline? They
// watch 0/1 values (loss, null, unseen, out of range) and values in [0, 1] (scores, bounded losses)
// with a proven bound on false alarms and close to the least possible delay. Use them wherever a
// reference exists; without one, use adwin.h.
//
//   const EDetectorOptions options = {.baseline = 0.2, .reference_rows = 5000};
//   ASSIGN_OR_RETURN(BernoulliEDetector watch, BernoulliEDetector::Make(options));
//   if (watch.Add(wrong) == DetectorState::kDrift) …  // and so until Reset
//
// The bound. Let m be the baseline plus its margin, and let the mean of each value given all before
// it be at most m (for rises; at least the baseline less its margin for falls). Then the mean
// number of values until kDrift is at least alarm_rows (until kWarning: warning_rows): at most one
// false alarm per alarm_rows values in the long run, whatever the distribution. With family = K the
// same holds for the first alarm of K detectors together, however they depend on each other. Why:
// every factor below has conditional mean at most 1, so evidence minus the number of values is a
// supermartingale, and by optional stopping it takes alarm_rows values in the mean to collect that
// much evidence; averages of such evidence, over alternatives, directions or detectors, are such
// evidence, and one of K reaching K * alarm_rows carries the average to alarm_rows.
//
// The margin. A baseline measured on reference_rows values is off by chance, so it is moved by
// margin_errors standard errors (1.5: enough for about 93 of 100 references; 0/1 values: Wilson's
// score interval; others: deviation / sqrt(n) times margin_errors, plus margin_errors^2 / n). For a
// reference that the margin covers the bound holds as stated; for the rest false alarms come
// sooner, by how much the true mean exceeds m. The price is delay: a change of the size of the
// margin is not seen. With reference_rows = 0 the baseline is taken as exact and there is no
// margin.
//
// The evidence is a mixture of Shiryaev–Roberts sums: for eight alternatives a direction
//   R_j <- (1 + R_j)(1 + l_j (x - m)),   drift when the mean of all R_j >= family * alarm_rows,
// where 1 + l_j (x - m) for 0/1 values is exactly the likelihood ratio of rate m + l_j m (1 - m)
// against m, and for values in between a fair bet against the mean m. l_j = 1/(m + s/z_j) aims at a
// shift of z_j deviations s, z_j from 0.05 to 1 in equal ratios, and stays below 1/m, so that
// factors are positive; falls in mirror image. Shin, Ramdas, Rinaldo, "E-detectors", 2022;
// Waudby-Smith and Ramdas, JRSS B 86 (2024); Shiryaev, 1963; Roberts, Technometrics 8 (1966).
//
// After kDrift a detector stands still, with the evidence that raised it, until Reset or Restore:
// it does not take the new stream for normal on its own. Restart with a new baseline by making a
// new one. Values that are not finite are ignored; others are clipped to [0, 1].
//
// Thread safety: none. Cost: 3 ns a value for each direction, 4.6 when the values of one stream
// wait for each other (bench_detect); no branch on the data, no allocation. State: 128 bytes, a
// plain struct that may be stored as bytes and restored into a detector with the same options.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "data/stats/detectors/detector.h"
#include "data/stats/detectors/direction.h"

namespace mooring::data {

struct EDetectorOptions {
  double baseline = 0;        // mean of the reference, in [0, 1]
  double deviation = 0;       // of one reference value; 0: the largest there can be (0/1 values)
  double reference_rows = 0;  // that the baseline was measured on; 0: it is exact
  double margin_errors = 1.5;
  Direction direction = Direction::kUp;
  double alarm_rows = 1e5;    // mean time to a false alarm, at least 1
  double warning_rows = 1e4;  // mean time to a false warning, at most alarm_rows
  double family = 1;          // detectors that share the bound, at least 1
};

// All that an e-detector knows of its stream.
struct EDetectorState {
  static constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> up{}, down{};
};
static_assert(sizeof(EDetectorState) == 128);

// What both have in common; not for use by itself.
class EDetector {
 public:
  // The evidence against the baseline, in the units of alarm_rows: drift at alarm_rows.
  double Evidence() const { return Sum() * per_sum_; }
  // The mean up to which (down to which) the bound holds.
  double highest_mean() const { return rise_.mean; }
  double lowest_mean() const { return fall_.mean; }

  DetectorState state() const { return verdict_; }
  const EDetectorState& evidence_state() const { return state_; }
  // Continues from a stored state; kInvalidArgument when it holds no evidence of ours.
  Status Restore(const EDetectorState& state);
  void Reset();

 protected:
  // Of one direction: fair bets against a mean.
  struct Side {
    std::array<double, EDetectorState::kLanes> stakes{};
    double mean = 0;
  };
  EDetector(const EDetectorOptions& options, double highest_mean, double lowest_mean);
  static Status Check(const EDetectorOptions& options);

  // `x` in [0, 1].
  DetectorState Step(double x) {
    if (verdict_ == DetectorState::kDrift) [[unlikely]]
      return verdict_;
    double sum = 0;
    if (up_) [[likely]]
      sum += Grow(state_.up, rise_, x);
    if (down_) sum += Grow(state_.down, fall_, x);
    return verdict_ = Judge(sum);
  }

 private:
  // Two lanes in a register of every x86-64; GCC and clang know the type and its operators.
  using Pair [[gnu::vector_size(16)]] = double;

  static double Total(const std::array<double, EDetectorState::kLanes>& r) {
    return ((r[0] + r[4]) + (r[2] + r[6])) + ((r[1] + r[5]) + (r[3] + r[7]));
  }
  // One value into lanes k and k + 1; what they hold then.
  static Pair GrowPair(double* r, const double* stakes, double from_mean) {
    Pair evidence, stake;
    std::memcpy(&evidence, r, sizeof evidence);
    std::memcpy(&stake, stakes, sizeof stake);
    evidence = (1 + evidence) * (1 + stake * from_mean);
    std::memcpy(r, &evidence, sizeof evidence);
    return evidence;
  }
  // One value into all lanes, two at a time: two multiplications and two additions each, no branch.
  // The sum of all, added as in Total.
  static double Grow(std::array<double, EDetectorState::kLanes>& evidence, const Side& side,
                     double x) {
    const double from_mean = x - side.mean;
    double* r = evidence.data();
    const double* stakes = side.stakes.data();
    const Pair a = GrowPair(r, stakes, from_mean), b = GrowPair(r + 2, stakes + 2, from_mean);
    const Pair c = GrowPair(r + 4, stakes + 4, from_mean),
               d = GrowPair(r + 6, stakes + 6, from_mean);
    const Pair sum = (a + c) + (b + d);
    return sum[0] + sum[1];
  }
  double Sum() const { return Total(state_.up) + Total(state_.down); }
  DetectorState Judge(double sum) const {
    return static_cast<DetectorState>((sum >= warning_sum_) + (sum >= alarm_sum_));
  }

  EDetectorState state_;
  Side rise_, fall_;
  double warning_sum_, alarm_sum_, per_sum_;
  bool up_, down_;
  DetectorState verdict_ = DetectorState::kStable;
};

class BernoulliEDetector : public EDetector {
 public:
  // kInvalidArgument for options that make no sense; says which. `deviation` follows from the rate.
  static Result<BernoulliEDetector> Make(const EDetectorOptions& options);
  DetectorState Add(bool x) { return Step(static_cast<double>(x)); }

 private:
  using EDetector::EDetector;
};

class BoundedEDetector : public EDetector {
 public:
  // kInvalidArgument for options that make no sense; says which.
  static Result<BoundedEDetector> Make(const EDetectorOptions& options);
  DetectorState Add(double x) {
    if (x >= 0 && x <= 1) [[likely]]
      return Step(x);
    return std::isfinite(x) ? Step(x < 0 ? 0 : 1) : state();
  }

 private:
  using EDetector::EDetector;
};

}  // namespace mooring::data
