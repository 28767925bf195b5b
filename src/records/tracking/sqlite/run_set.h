// RunSet: a set of runs by their numbers in tracking.db, one bit each: 12.5 kB for 100,000 runs.
//
// Thread safety: a plain value. Complexity: Add and Has constant, the rest linear in the greatest
// number / 64.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace mooring::records {

class RunSet {
 public:
  void Add(std::int64_t run) {
    const auto word = static_cast<std::size_t>(run) / 64;
    if (word >= words_.size()) words_.resize(word + word / 4 + 1);
    const std::uint64_t bit = std::uint64_t{1} << (run % 64);
    count_ += (words_[word] & bit) == 0 ? 1 : 0;
    words_[word] |= bit;
  }
  bool Has(std::int64_t run) const {
    const auto word = static_cast<std::size_t>(run) / 64;
    return word < words_.size() && (words_[word] >> (run % 64) & 1) != 0;
  }
  std::size_t count() const { return count_; }

  void Intersect(const RunSet& other) {
    if (words_.size() > other.words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    Recount();
  }
  void Subtract(const RunSet& other) {
    const std::size_t common =
        words_.size() < other.words_.size() ? words_.size() : other.words_.size();
    for (std::size_t i = 0; i < common; ++i) words_[i] &= ~other.words_[i];
    Recount();
  }
  // In rising order.
  std::vector<std::int64_t> Numbers() const {
    std::vector<std::int64_t> numbers;
    numbers.reserve(count_);
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t rest = words_[i]; rest != 0; rest &= rest - 1) {
        numbers.push_back(static_cast<std::int64_t>(i * 64) + std::countr_zero(rest));
      }
    }
    return numbers;
  }

 private:
  void Recount() {
    count_ = 0;
    for (const std::uint64_t word : words_) count_ += static_cast<std::size_t>(std::popcount(word));
  }
  std::vector<std::uint64_t> words_;
  std::size_t count_ = 0;
};

}  // namespace mooring::records
