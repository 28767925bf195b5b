#include "records/journal/request_ids.h"

#include <string>

namespace mooring::records {

RequestIds::Shard::Shard(const Options& options)
    : settled(options.horizon, options.max_entries / kShards) {}

RequestIds::RequestIds(const Options& options) : options_(options) {
  CHECK(options_.clock != nullptr);
  for (auto& shard : shards_) shard = std::make_unique<Shard>(options_);
}

std::uint64_t RequestIds::KeyOf(std::string_view caller, std::string_view request_id) const {
  // The caller's length in front, so that no two pairs spell the same text.
  std::string text = std::to_string(caller.size());
  text.reserve(text.size() + 1 + caller.size() + request_id.size());
  text.append(1, ':').append(caller).append(request_id);
  return sip_(text);
}

RequestIds::Answer RequestIds::Claim(std::string_view caller, std::string_view request_id,
                                     std::uint64_t body_hash) {
  CHECK(!request_id.empty());
  const std::uint64_t key = KeyOf(caller, request_id);
  Shard& shard = ShardOf(key);
  const std::scoped_lock lock(shard.mutex);
  if (const Entry* entry = shard.settled.Find(key); entry != nullptr) {
    if (entry->body_hash != body_hash) return {Found::kOtherBody, {}};
    return {Found::kEarlier, {{entry->replica, entry->segment, entry->ordinal}, entry->count,
                              body_hash}};
  }
  const auto [claimed, is_new] = shard.in_flight.try_emplace(key, body_hash);
  if (is_new) return {Found::kNew, {}};
  return {claimed->second == body_hash ? Found::kInFlight : Found::kOtherBody, {}};
}

void RequestIds::Settle(std::string_view caller, std::string_view request_id,
                        const Earlier& decided) {
  const std::uint64_t key = KeyOf(caller, request_id);
  Shard& shard = ShardOf(key);
  const Time now = options_.clock->Now();
  const std::scoped_lock lock(shard.mutex);
  const auto claimed = shard.in_flight.find(key);
  CHECK(claimed != shard.in_flight.end());
  shard.settled.Put(key,
                    {claimed->second, decided.first.segment, decided.first.ordinal, decided.count,
                     decided.first.replica},
                    now);
  shard.in_flight.erase(claimed);
}

void RequestIds::Release(std::string_view caller, std::string_view request_id) {
  const std::uint64_t key = KeyOf(caller, request_id);
  Shard& shard = ShardOf(key);
  const std::scoped_lock lock(shard.mutex);
  shard.in_flight.erase(key);
}

std::optional<RequestIds::Earlier> RequestIds::Find(std::string_view caller,
                                                    std::string_view request_id) const {
  const std::uint64_t key = KeyOf(caller, request_id);
  const Shard& shard = ShardOf(key);
  const std::scoped_lock lock(shard.mutex);
  const Entry* entry = shard.settled.Find(key);
  if (entry == nullptr) return std::nullopt;
  return Earlier{{entry->replica, entry->segment, entry->ordinal}, entry->count,
                 entry->body_hash};
}

void RequestIds::Remember(std::string_view caller, std::string_view request_id,
                          const Earlier& decided) {
  const std::uint64_t key = KeyOf(caller, request_id);
  Shard& shard = ShardOf(key);
  const Time now = options_.clock->Now();
  const std::scoped_lock lock(shard.mutex);
  shard.settled.Put(key,
                    {decided.body_hash, decided.first.segment, decided.first.ordinal,
                     decided.count, decided.first.replica},
                    now);
}

std::size_t RequestIds::size() const {
  std::size_t entries = 0;
  for (const auto& shard : shards_) {
    const std::scoped_lock lock(shard->mutex);
    entries += shard->settled.size();
  }
  return entries;
}

void RequestIds::OnDecisions(const ReadDecisions& block) {
  if (block.request_id.empty()) return;
  const std::uint64_t key = KeyOf(block.caller, block.request_id);
  Shard& shard = ShardOf(key);
  const std::scoped_lock lock(shard.mutex);
  shard.settled.Put(key,
                    {block.body_hash, block.first.segment, block.first.ordinal,
                     static_cast<std::uint32_t>(block.rows.size()), block.first.replica},
                    block.at);
}

}  // namespace mooring::records
