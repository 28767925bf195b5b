#include "data/stats/detectors/adwin.h"

#include <algorithm>
#include <cmath>

#include "data/stats/detectors/kinds.h"
#include "data/stats/detectors/running_mean.h"

namespace mooring::data {
namespace {

double SizeOf(int row) { return std::ldexp(1.0, row); }

constexpr DetectorParameter kParameters[] = {
    {"delta", "confidence of a cut; smaller means fewer alarms", "", 0.002, 1e-12, 1},
    {"clock", "values between two scans of the window", "values", 32, 1, 1e6, true},
    {"max_buckets", "buckets of a size before two are joined", "buckets", 5, 1, 64, true},
    {"min_window", "fewest values on either side of a cut", "values", 5, 1, 1e6, true},
    {"grace", "no scan while the window is not wider than this", "values", 10, 0, 1e6, true},
};

}  // namespace

Adwin::Adwin(const AdwinOptions& options)
    : options_(options),
      max_buckets_(options.max_buckets),
      buckets_(static_cast<std::size_t>(kRows * (options.max_buckets + 1))) {
  Reset();
}

void Adwin::Reset() {
  in_row_.fill(0);
  rows_ = 1;
  until_scan_ = options_.clock;
  width_ = total_ = squares_ = 0;
  state_ = DetectorState::kStable;
}

DetectorState Adwin::Add(double x) {
  if (!std::isfinite(x)) return state_;
  if (state_ == DetectorState::kDrift) Reset();
  Insert(WithinReason(x));
  bool cut = false;
  if (--until_scan_ == 0) {
    until_scan_ = options_.clock;
    cut = width_ > options_.grace && Shrink();
  }
  return state_ = cut ? DetectorState::kDrift : DetectorState::kStable;
}

void Adwin::Insert(double x) {
  Row(0)[in_row_[0]++] = {.total = x, .squares = 0};
  width_ += 1;
  if (width_ > 1) {
    const double from_mean = x - total_ / (width_ - 1);
    squares_ += (width_ - 1) * from_mean * from_mean / width_;
  }
  total_ += x;
  Compress();
}

// The two oldest buckets of a full row become one of the next.
void Adwin::Compress() {
  for (int row = 0; row + 1 < kRows && in_row_[row] > max_buckets_; ++row) {
    Bucket* bucket = Row(row);
    const double n = SizeOf(row);
    const double between = bucket[0].total / n - bucket[1].total / n;
    const Bucket joined = {
        .total = bucket[0].total + bucket[1].total,
        .squares = bucket[0].squares + bucket[1].squares + n * n * between * between / (n + n)};
    std::copy(bucket + 2, bucket + in_row_[row], bucket);
    in_row_[row] -= 2;
    Row(row + 1)[in_row_[row + 1]++] = joined;
    rows_ = std::max(rows_, row + 2);
  }
}

bool Adwin::Shrink() {
  bool cut = false;
  while (ScanFindsACut()) {
    cut = true;
    DropOldest();
  }
  return cut;
}

bool Adwin::ScanFindsACut() {
  const double log_term = std::log(2 * std::log(width_) / options_.delta);
  double n0 = 0, total0 = 0, n1 = width_, total1 = total_;
  for (int row = rows_ - 1; row >= 0; --row) {
    const double n = SizeOf(row);
    const Bucket* bucket = Row(row);
    for (int k = 0; k < in_row_[row]; ++k) {
      n0 += n;
      n1 -= n;
      total0 += bucket[k].total;
      total1 -= bucket[k].total;
      if (n1 < options_.min_window) return false;
      if (n0 >= options_.min_window && Differs(n0, total0, n1, total1, log_term)) return true;
    }
  }
  return false;
}

bool Adwin::Differs(double n0, double total0, double n1, double total1, double log_term) const {
  const double m = 1 / (n0 - options_.min_window + 1) + 1 / (n1 - options_.min_window + 1);
  const double epsilon = std::sqrt(2 * m * (squares_ / width_) * log_term) + 2.0 / 3 * log_term * m;
  return std::fabs(total0 / n0 - total1 / n1) > epsilon;
}

// A cut has values on both sides, so the window never gets empty here.
void Adwin::DropOldest() {
  const int row = rows_ - 1;
  Bucket* bucket = Row(row);
  const double n = SizeOf(row);
  const Bucket oldest = bucket[0];
  width_ -= n;
  total_ -= oldest.total;
  const double between = oldest.total / n - total_ / width_;
  squares_ -= oldest.squares + n * width_ * between * between / (n + width_);
  std::copy(bucket + 1, bucket + in_row_[row], bucket);
  if (--in_row_[row] == 0) --rows_;
}

DetectorKind AdwinKind() {
  return {.name = "adwin",
          .summary = "a window that is cut where its older and newer means differ",
          .input = "any number",
          .documentation =
              "ADWIN keeps the longest recent window whose parts have the same mean and raises a "
              "drift when it must cut it. It needs no reference and no distribution; delays are "
              "about twice those of mixture_sr. Full scan of all boundaries. Bifet and Gavaldà, "
              "SDM 2007.",
          .parameters = kParameters,
          .make = [](const DetectorParameters& p) -> Result<std::unique_ptr<Detector>> {
            return Made("adwin", Adwin({.delta = Number(p, "delta"),
                                        .clock = Count(p, "clock"),
                                        .max_buckets = Count(p, "max_buckets"),
                                        .min_window = Count(p, "min_window"),
                                        .grace = Count(p, "grace")}));
          }};
}

}  // namespace mooring::data
