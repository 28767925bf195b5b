// BudgetTable: the budgets of a LimitLedger by their ids. Bounded; forgets only what is dead, a few
// budgets a step, so that no call waits for a sweep.
//
// A family is all budgets of one rule with `per`; it is bounded apart. Which family a budget is of
// is known from terms alone: budgets folded from a journal join theirs when they are next used.
//
// Thread safety: none; the ledger's lock. Pointers hold until the budget is forgotten. Growth moves
// 1/256 of the index at a time.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "serving/stop_limits/budget.h"

namespace mooring::serving {

class BudgetTable {
 public:
  explicit BudgetTable(std::size_t most) : most_(most) {}

  Budget* Find(const records::LimitStateId& id);
  // The one that is there, or a new one; beyond `most` too: asking first is the caller's.
  Budget& Need(const records::LimitStateId& id);

  // Whether `added` more fit.
  bool HasRoom(std::size_t added) const { return live_ + added <= most_; }
  // Budgets of a family that are in use.
  std::size_t FamilySize(const records::LimitStateId& family) const;
  void Join(Budget& budget, const records::LimitStateId& family);
  // None when it has none.
  records::LimitStateId FamilyOf(const Budget& budget) const;

  // Looks at the next `steps` budgets and forgets those that are dead.
  void Sweep(std::size_t steps, std::int64_t now);

  std::size_t size() const { return live_; }
  std::size_t most() const { return most_; }
  template <typename Visit>
  void ForEach(Visit visit) {
    ForSlots(0, slots_, visit);
  }
  // Of places [from, to) alone, of slots(): one that is forgotten meanwhile may give its to
  // another.
  template <typename Visit>
  void ForSlots(std::size_t from, std::size_t to, Visit visit) {
    for (std::size_t i = from; i < to && i < slots_; ++i) {
      if (Slot(i).used) visit(Slot(i));
    }
  }
  std::size_t slots() const { return slots_; }

 private:
  static constexpr std::size_t kShards = 256, kChunk = 512;
  struct Family {
    records::LimitStateId id;
    std::size_t size = 0;
  };
  struct HashOfId {
    std::size_t operator()(const records::LimitStateId& id) const {
      return std::hash<records::LimitStateId>()(id);
    }
  };
  using Index = boost::unordered_flat_map<records::LimitStateId, std::uint32_t, HashOfId>;

  Budget& Slot(std::size_t place) { return chunks_[place / kChunk][place % kChunk]; }
  Index& ShardOf(const records::LimitStateId& id) { return shards_[id.high % kShards]; }
  void Forget(std::size_t place);

  std::size_t most_;
  std::size_t live_ = 0, slots_ = 0, sweep_ = 0;
  std::array<Index, kShards> shards_;
  std::vector<std::unique_ptr<Budget[]>> chunks_;
  std::vector<std::uint32_t> free_;
  std::vector<Family> families_;
  boost::unordered_flat_map<records::LimitStateId, std::uint32_t, HashOfId> family_places_;
};

}  // namespace mooring::serving
