#include "serving/stop_limits/window_sums.h"

#include <algorithm>
#include <utility>

namespace mooring::serving {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

bool Adds(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return !__builtin_add_overflow(a, b, &sum);
}

void Raise(std::int64_t& value, std::int64_t by) {
  if (__builtin_add_overflow(value, by, &value)) value = kMost;
}

void Lower(std::int64_t& value, std::int64_t by) { value = value > by ? value - by : 0; }

void Sum(WindowSums::Totals& totals, const WindowBucket& bucket, int sign) {
  totals.plus += sign * Wide{bucket.plus};
  totals.minus += sign * Wide{bucket.minus};
  totals.count += sign * Wide{bucket.count};
}

constexpr auto kByBegin = [](const WindowBucket& a, std::int64_t begin) { return a.begin < begin; };

}  // namespace

void WindowSums::Expire(std::int64_t now) {
  if (older_ != nullptr) {
    Older& older = *older_;
    while (!older.empty() && older.buckets[older.gone].expires <= now) {
      Sum(older.totals, older.buckets[older.gone++], -1);
    }
    if (older.gone * 2 > older.buckets.size()) {
      older.buckets.erase(older.buckets.begin(),
                          older.buckets.begin() + std::ptrdiff_t(older.gone));
      older.gone = 0;
    }
    if (!older.empty()) return;
    older_.reset();
  }
  if (newest_.expires <= now) newest_ = {};
}

bool WindowSums::Fits(const WindowBucket& what) const {
  const WindowBucket* bucket = Find(what.begin);
  return bucket == nullptr || (Adds(bucket->plus, what.plus) && Adds(bucket->minus, what.minus) &&
                               Adds(bucket->count, what.count));
}

void WindowSums::Add(const WindowBucket& what) {
  WindowBucket* bucket = Find(what.begin);
  if (bucket == nullptr) bucket = &Insert(what);
  const bool newest = bucket == &newest_;
  if (!newest) Sum(older_->totals, *bucket, -1);
  Raise(bucket->plus, what.plus);
  Raise(bucket->minus, what.minus);
  Raise(bucket->count, what.count);
  if (!newest) Sum(older_->totals, *bucket, 1);
}

void WindowSums::Take(const WindowBucket& what) {
  WindowBucket* bucket = Find(what.begin);
  if (bucket == nullptr) return;
  const bool newest = bucket == &newest_;
  if (!newest) Sum(older_->totals, *bucket, -1);
  Lower(bucket->plus, what.plus);
  Lower(bucket->minus, what.minus);
  Lower(bucket->count, what.count);
  if (!newest) Sum(older_->totals, *bucket, 1);
}

const WindowBucket* WindowSums::Find(std::int64_t begin) const {
  if (!empty() && newest_.begin == begin) return &newest_;
  if (older_ == nullptr) return nullptr;
  const auto from = older_->buckets.begin() + std::ptrdiff_t(older_->gone);
  const auto found = std::lower_bound(from, older_->buckets.end(), begin, kByBegin);
  return found != older_->buckets.end() && found->begin == begin ? &*found : nullptr;
}

WindowBucket* WindowSums::Find(std::int64_t begin) {
  return const_cast<WindowBucket*>(std::as_const(*this).Find(begin));
}

// An empty bucket in its place.
WindowBucket& WindowSums::Insert(const WindowBucket& what) {
  const WindowBucket fresh{what.begin, what.expires, 0, 0, 0};
  if (empty()) return newest_ = fresh;
  if (older_ == nullptr) older_ = std::make_unique<Older>();
  if (what.begin > newest_.begin) {
    Sum(older_->totals, newest_, 1);
    older_->buckets.push_back(newest_);
    return newest_ = fresh;
  }
  const auto from = older_->buckets.begin() + std::ptrdiff_t(older_->gone);
  const auto place = std::lower_bound(from, older_->buckets.end(), what.begin, kByBegin);
  return *older_->buckets.insert(place, fresh);
}

template <typename Visit>
void WindowSums::NewestFirst(Visit visit) const {
  if (empty()) return;
  visit(newest_);
  if (older_ == nullptr) return;
  for (std::size_t i = older_->buckets.size(); i > older_->gone; --i) visit(older_->buckets[i - 1]);
}

WindowSums::Totals WindowSums::Total() const {
  Totals totals = older_ != nullptr ? older_->totals : Totals{};
  Sum(totals, newest_, 1);
  return totals;
}

WindowSums::Totals WindowSums::Between(std::int64_t first_begin, std::int64_t last_begin) const {
  Totals totals;
  const auto add = [&](const WindowBucket& bucket) {
    if (bucket.begin >= first_begin && bucket.begin <= last_begin) Sum(totals, bucket, 1);
  };
  if (!empty()) add(newest_);
  if (older_ == nullptr) return totals;
  const auto from = older_->buckets.begin() + std::ptrdiff_t(older_->gone);
  auto bucket = std::lower_bound(from, older_->buckets.end(), first_begin, kByBegin);
  for (; bucket != older_->buckets.end() && bucket->begin <= last_begin; ++bucket) add(*bucket);
  return totals;
}

Wide WindowSums::MostOfSuffix() const {
  Wide most = 0, later = 0;
  NewestFirst([&](const WindowBucket& bucket) {
    most = std::max(most, bucket.plus + later);
    later += Wide{bucket.plus} - bucket.minus;
  });
  return most;
}

Wide WindowSums::LeastOfSuffix() const {
  Wide least = 0, later = 0;
  NewestFirst([&](const WindowBucket& bucket) {
    least = std::min(least, later - bucket.minus);
    later += Wide{bucket.plus} - bucket.minus;
  });
  return least;
}

std::int64_t WindowSums::Resets() const {
  const bool only = older_ == nullptr || older_->empty();
  const std::int64_t expires = only ? newest_.expires : older_->buckets[older_->gone].expires;
  return expires == kMost ? 0 : expires;
}

std::vector<WindowBucket> WindowSums::Buckets() const {
  std::vector<WindowBucket> all;
  NewestFirst([&](const WindowBucket& bucket) { all.push_back(bucket); });
  std::reverse(all.begin(), all.end());
  return all;
}

}  // namespace mooring::serving
