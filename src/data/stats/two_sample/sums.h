// Sums of many numbers that keep their last digits: adding 1e6 numbers one after the other loses
// three. Use BlockSum in passes that must be fast, CompensatedSum for means and variances.
//
// Thread safety: values. A NaN or an infinity added stays.
#pragma once

#include <cstdint>

namespace mooring::data {

// A sum of 128 terms at a time, 128 of such sums at a time: its rounding error stays near that of
// 300 additions for 1e6 terms. One addition a term; same order, same sum.
class BlockSum {
 public:
  void Add(double x) {
    part_ += x;
    if ((++count_ & 127) == 0) Flush();
  }
  double Total() const { return total_ + (block_ + part_); }

 private:
  void Flush() {
    block_ += part_;
    part_ = 0;
    if ((count_ & 16'383) != 0) return;
    total_ += block_;
    block_ = 0;
  }
  double total_ = 0, block_ = 0, part_ = 0;
  std::uint32_t count_ = 0;
};

// A sum after Knuth and Neumaier: the error of each addition is kept and added at the end. For sums
// whose last digits matter, at four times the additions.
class CompensatedSum {
 public:
  void Add(double x) {
    const double next = sum_ + x, taken = next - sum_;
    lost_ += (sum_ - (next - taken)) + (x - taken);
    sum_ = next;
  }
  double Total() const { return sum_ + lost_; }

 private:
  double sum_ = 0, lost_ = 0;
};

}  // namespace mooring::data
