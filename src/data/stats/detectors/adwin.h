// Adwin: a window that grows while the stream is steady and is cut where its two ends differ. Use
// it on losses and scores of unknown range when no reference exists: it needs none. For a stated
// bound on false alarms use e_detector.h.
//
// The window is an exponential histogram: rows of up to max_buckets (plus one for a moment) buckets
// of 2^row values, each with its sum and squared deviations. Every `clock` values, and above
// `grace` values, each boundary between buckets is tried, oldest first: of n0 old and n1 new
// values, at least min_window each, the means differ when
//   |m0 - m1| > sqrt(2 m v d) + (2/3) m d,   d = ln(2 ln(W) / delta), W = n0 + n1, v its variance,
//   m = 1/(n0 - min_window + 1) + 1/(n1 - min_window + 1);
// then the oldest bucket goes and the scan begins again. Bifet and Gavaldà, "Learning from
// time-changing data with adaptive windowing", SDM 2007, as River implements it, with one
// difference to River up to 0.19: all boundaries are tried, not all but the newest of each row
// (which takes 3 to 6 times longer to see a change). adwin_test.cpp holds it to indices recorded
// with that scan.
//
// After a drift the window starts empty with the next value. The answer is kStable or kDrift.
//
// Thread safety: none. Values that are not finite are ignored. Cost: about log2(W) * max_buckets
// boundaries every `clock` values; all memory, 2 kB by default at 5 buckets a row, is taken at
// construction.
#pragma once

#include <array>
#include <vector>

#include "data/stats/detectors/detector.h"

namespace mooring::data {

struct AdwinOptions {
  double delta = 0.002;  // (0, 1]: confidence of a cut
  int clock = 32;        // values between scans, at least 1
  int max_buckets = 5;   // of a size, at least 1
  int min_window = 5;    // fewest values on a side of a cut, at least 1
  int grace = 10;        // no scan at or below this width
};

class Adwin {
 public:
  explicit Adwin(const AdwinOptions& options = {});
  DetectorState Add(double x);
  void Reset();

  DetectorState state() const { return state_; }
  // Values in the window, and their mean and variance; 0 when it is empty.
  double width() const { return width_; }
  double Mean() const { return width_ > 0 ? total_ / width_ : 0; }
  double Variance() const { return width_ > 0 ? squares_ / width_ : 0; }

 private:
  struct Bucket {
    double total = 0, squares = 0;  // squares of deviations from the bucket's mean
  };
  static constexpr int kRows = 40;  // 2^40 values a bucket: no stream gets there

  Bucket* Row(int row) { return &buckets_[static_cast<std::size_t>(row * (max_buckets_ + 1))]; }
  void Insert(double x);
  void Compress();
  bool Shrink();         // scans and cuts until no boundary differs; whether it cut
  bool ScanFindsACut();  // one scan
  bool Differs(double n0, double total0, double n1, double total1, double log_term) const;
  void DropOldest();

  AdwinOptions options_;
  int max_buckets_;
  std::vector<Bucket> buckets_;         // kRows rows of max_buckets + 1, the oldest of a row first
  std::array<int, kRows> in_row_ = {};  // buckets of each row
  int rows_ = 1;
  int until_scan_ = 0;
  double width_ = 0, total_ = 0, squares_ = 0;
  DetectorState state_ = DetectorState::kStable;
};

}  // namespace mooring::data
