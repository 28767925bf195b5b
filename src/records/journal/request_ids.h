// RequestIds: finds the decision that a caller's own request id got, so that a retry is answered
// with the same decision and not decided again, and an outcome may name the request instead of the
// decision.
//
//   const RequestIds::Answer answer = ids.Claim(caller, request_id, body_hash);
//   kNew:       decide; then exactly once Settle (the decision is durable) or Release (it failed).
//   kEarlier:   Journal::Read(answer.first) gives the decision made before: answer that.
//   kOtherBody: the same id with another body: refuse (kConflict).
//   kInFlight:  the same request is being decided: refuse (kUnavailable, retry soon). The second
//               does not wait, so a stuck first can hold nobody.
//
// Settled entries are remembered at least `horizon` (limits::kRequestIdHorizon: a day), unless more
// than max_entries came in that time: then the oldest are forgotten first, and a retry of such is
// decided anew. Rebuilt at a start by replay of the journal (it is a visitor) from
// Journal::Recent(now - horizon, max_entries) on, so a start does not cost more the older the
// journal is. Ids are kept as keyed 64-bit hashes, never as text.
//
// Thread safety: any thread; sixteen locks, each held for a look-up. Memory: about 64 bytes an
// entry.
#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/limits.h"
#include "records/journal/reader.h"
#include "records/journal/recent_map.h"

namespace mooring::records {

class RequestIds final : public JournalVisitor {
 public:
  struct Options {
    const Clock* clock = nullptr;  // required
    std::chrono::hours horizon{limits::kRequestIdHorizon};
    std::size_t max_entries = limits::kRemembered;
  };
  explicit RequestIds(const Options& options);

  enum class Found : std::uint8_t { kNew, kEarlier, kOtherBody, kInFlight };
  // The decisions of the earlier request: `count` of them from `first` on.
  struct Earlier {
    DecisionId first;
    std::uint32_t count = 0;
    std::uint64_t body_hash = 0;   // set by the index
  };
  struct Answer {
    Found found = Found::kNew;
    Earlier earlier;               // kEarlier only
  };

  // `request_id` must not be empty: requests without one need no claim.
  Answer Claim(std::string_view caller, std::string_view request_id, std::uint64_t body_hash);
  void Settle(std::string_view caller, std::string_view request_id, const Earlier& decided);
  void Release(std::string_view caller, std::string_view request_id);
  // Settle for who keeps his own account of requests in flight and never claims.
  void Remember(std::string_view caller, std::string_view request_id, const Earlier& decided);
  // Without claiming; nothing when it is not known (any more) or still in flight.
  std::optional<Earlier> Find(std::string_view caller, std::string_view request_id) const;
  std::size_t size() const;

  void OnDecisions(const ReadDecisions& block) override;
  bool WantsRows() const override { return false; }

 private:
  struct Entry {
    std::uint64_t body_hash = 0;
    std::uint32_t segment = 0, ordinal = 0, count = 0;
    std::uint16_t replica = 0;
  };
  struct Shard {
    explicit Shard(const Options& options);
    mutable std::mutex mutex;
    RecentMap<Entry> settled;
    std::unordered_map<std::uint64_t, std::uint64_t> in_flight;  // key to body hash
  };
  static constexpr std::size_t kShards = 16;

  std::uint64_t KeyOf(std::string_view caller, std::string_view request_id) const;
  Shard& ShardOf(std::uint64_t key) const { return *shards_[key >> 60]; }

  const Options options_;
  const SipKey sip_ = SipKey::Random();
  std::array<std::unique_ptr<Shard>, kShards> shards_;
};

}  // namespace mooring::records
