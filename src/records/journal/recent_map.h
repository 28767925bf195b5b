// RecentMap: a bounded map from 64-bit keys to small values that forgets the oldest.
//
// Entries lie in generations, each a flat table for a quarter of the horizon (or of the entries
// allowed); whole generations are dropped. So an entry is kept at least `horizon`, unless more than
// `max_entries` came in that time, and forgetting costs nothing. Keys must be uniform (SipKey gives
// such).
//
// Thread safety: none. Memory: at most (8 + sizeof(Value)) * 8/3 bytes an entry.
// Complexity: O(1) for Put, O(generations) for Find; five generations at most.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace mooring::records {

// SipHash-2-4: a keyed hash of text that nobody without the key can make collide.
struct SipKey {
  std::uint64_t k0 = 0, k1 = 0;
  static SipKey Random();
  std::uint64_t operator()(std::string_view text) const;
};

template <typename Value>
class RecentMap {
 public:
  RecentMap(std::chrono::seconds horizon, std::size_t max_entries)
      : span_(horizon / 4), per_generation_(max_entries / 4 + 1) {}

  // Null when the key was never put or is forgotten. The newest put wins.
  const Value* Find(std::uint64_t key) const {
    for (auto it = generations_.rbegin(); it != generations_.rend(); ++it) {
      if (const Value* value = it->Find(key); value != nullptr) return value;
    }
    return nullptr;
  }

  void Put(std::uint64_t key, const Value& value, Time now) {
    const bool full = !generations_.empty() && generations_.back().used >= per_generation_;
    if (generations_.empty() || full || now >= generations_.back().begun + span_) {
      generations_.push_back({now, 0, {}});
    }
    generations_.back().Put(key, value);
    constexpr std::size_t kMost = 5;  // the current one and a whole horizon before it
    while (generations_.size() > kMost) generations_.pop_front();
    Forget(now);
  }

  // What is older than the horizon, as Put does; for who counts entries before it puts one.
  void Forget(Time now) {
    while (!generations_.empty() && EndOfFirst() + 4 * span_ <= now) generations_.pop_front();
  }

  std::size_t size() const {
    std::size_t entries = 0;
    for (const Generation& generation : generations_) entries += generation.used;
    return entries;
  }

 private:
  // When the oldest generation takes no more.
  Time EndOfFirst() const {
    return generations_.size() > 1 ? generations_[1].begun : generations_[0].begun + span_;
  }
  struct Slot {
    std::uint64_t key = 0;  // 0: free
    Value value{};
  };
  struct Generation {
    Time begun;
    std::size_t used = 0;
    std::vector<Slot> slots;

    const Value* Find(std::uint64_t key) const {
      if (slots.empty()) return nullptr;
      key += key == 0 ? 1 : 0;
      for (std::size_t i = key & (slots.size() - 1);; i = (i + 1) & (slots.size() - 1)) {
        if (slots[i].key == key) return &slots[i].value;
        if (slots[i].key == 0) return nullptr;
      }
    }
    void Put(std::uint64_t key, const Value& value) {
      if ((used + 1) * 4 > slots.size() * 3) Grow();
      key += key == 0 ? 1 : 0;
      std::size_t i = key & (slots.size() - 1);
      while (slots[i].key != 0 && slots[i].key != key) i = (i + 1) & (slots.size() - 1);
      used += slots[i].key == 0 ? 1 : 0;
      slots[i] = {key, value};
    }
    void Grow() {
      std::vector<Slot> old(slots.empty() ? 16 : slots.size() * 2);
      old.swap(slots);
      used = 0;
      for (const Slot& slot : old) {
        if (slot.key != 0) Put(slot.key, slot.value);
      }
    }
  };

  const std::chrono::seconds span_;
  const std::size_t per_generation_;
  std::deque<Generation> generations_;
};

}  // namespace mooring::records
