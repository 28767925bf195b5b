// WindowSums: what one budget has spent, bucket by bucket, and the sums over them.
//
// Buckets come from a WindowClock and end at different times; which of them count is told by
// Expire. Sums are in 128 bits; a bucket's own stay within 64. Most budgets have one bucket and
// need no memory of their own for it.
//
// Times are µs since 1970. Thread safety: none. Cost: a spend and the sums are O(1); the suffix
// bounds and Between go over the buckets.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace mooring::serving {

using Wide = __int128;

struct WindowBucket {
  std::int64_t begin = 0, expires = 0;  // expires 0: no bucket
  std::int64_t plus = 0, minus = 0;     // sums of positive amounts and of negative ones, as |q|
  std::int64_t count = 0;
  auto operator<=>(const WindowBucket&) const = default;
};

class WindowSums {
 public:
  struct Totals {
    Wide plus = 0, minus = 0, count = 0;
    Wide net() const { return plus - minus; }
  };

  // Forgets buckets that end at `now` or before.
  void Expire(std::int64_t now);
  // Whether `what` can be added within 64 bits.
  bool Fits(const WindowBucket& what) const;
  // Adds to the bucket that begins where `what` does, or makes it. What does not fit stays at the
  // greatest value: full.
  void Add(const WindowBucket& what);
  // Takes back from that bucket, never below nothing; without it nothing happens.
  void Take(const WindowBucket& what);

  Totals Total() const;
  Totals Between(std::int64_t first_begin, std::int64_t last_begin) const;
  // The greatest and the least that the net of any later part of the window can be: what remains
  // when older spending has left it. The oldest bucket may leave in part, so of each first bucket
  // only one sign counts. At least, and at most, 0.
  Wide MostOfSuffix() const;
  Wide LeastOfSuffix() const;

  bool empty() const { return newest_.expires == 0; }
  // When the oldest ends; 0 when there is none or it never does.
  std::int64_t Resets() const;
  std::vector<WindowBucket> Buckets() const;  // oldest first

 private:
  struct Older {
    std::vector<WindowBucket> buckets;  // by begin; those before `gone` have left
    std::size_t gone = 0;
    Totals totals;
    bool empty() const { return gone == buckets.size(); }
  };
  WindowBucket* Find(std::int64_t begin);
  const WindowBucket* Find(std::int64_t begin) const;
  WindowBucket& Insert(const WindowBucket& what);
  template <typename Visit>
  void NewestFirst(Visit visit) const;

  WindowBucket newest_;
  std::unique_ptr<Older> older_;
};

}  // namespace mooring::serving
