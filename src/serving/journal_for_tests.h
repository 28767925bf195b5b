// A journal in memory for tests: it can hold commits back, fail appends and fail commits, and shows
// what it was given. Not a Journal for anything else: nothing is durable.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "records/journal/journal.h"
#include "records/journal/reader.h"

namespace mooring::serving::testing {

struct WrittenBlock {
  records::Binding binding;
  DecisionId first;
  std::string caller, request_id;
  std::uint64_t body_hash = 0;
  std::uint32_t latency_us = 0;
  data::Batch inputs, outputs;
  std::vector<records::RowDecision> rows;
  std::vector<records::Imputed> imputed;
  records::LimitNote limits;
  Time at;
};

class MemoryJournal final : public records::Journal {
 public:
  using records::Journal::Append;
  bool hold = false;         // commits wait for CommitNow
  bool fail_append = false;  // the queue is full
  bool fail_commit = false;  // the disk is broken
  Time decided;              // when all decisions were made, for outcomes

  Result<DecisionId> Append(const records::DecisionBlock& block,
                            records::CommitWaiter* waiter) override {
    DecisionId first;
    {
      const std::lock_guard lock(mutex_);
      if (fail_append) return Error(Code::kResourceExhausted, "the journal's queue is full");
      first = {1, 1, next_};
      next_ += static_cast<std::uint32_t>(block.rows.size());
      blocks_.push_back({*block.binding,
                         first,
                         std::string(block.caller),
                         std::string(block.request_id),
                         block.body_hash,
                         block.latency_us,
                         *block.inputs,
                         *block.outputs,
                         {block.rows.begin(), block.rows.end()},
                         {block.imputed.begin(), block.imputed.end()},
                         block.limits == nullptr ? records::LimitNote() : *block.limits,
                         block.at});
      waiting_.push_back(waiter);
    }
    if (!hold) CommitNow();
    return first;
  }
  Status Append(const records::Refusal& refusal, records::CommitWaiter*) override {
    const std::lock_guard lock(mutex_);
    refusals_.push_back(std::string(refusal.code) + " " + std::string(refusal.feature) + " " +
                        std::string(refusal.rule));
    refused_versions_.push_back(refusal.version);
    return Ok();
  }
  Status Append(std::span<const records::Outcome> outcomes,
                records::CommitWaiter* waiter) override {
    {
      const std::lock_guard lock(mutex_);
      outcomes_.insert(outcomes_.end(), outcomes.begin(), outcomes.end());
      waiting_.push_back(waiter);
    }
    if (!hold) CommitNow();
    return Ok();
  }
  Status Append(const records::BudgetChange& change, records::CommitWaiter* waiter) override {
    {
      const std::lock_guard lock(mutex_);
      budgets_.push_back(change);
      waiting_.push_back(waiter);
    }
    if (!hold) CommitNow();
    return Ok();
  }
  void CommitNow() override {
    std::vector<records::CommitWaiter*> told;
    {
      const std::lock_guard lock(mutex_);
      told.swap(waiting_);
    }
    const Status status = fail_commit ? Status(Error(Code::kUnavailable, "the sync failed")) : Ok();
    for (records::CommitWaiter* const waiter : told) {
      if (waiter != nullptr) waiter->Committed(status);
    }
  }
  records::JournalPosition Durable() const override { return {}; }
  bool WaitBeyond(records::JournalPosition, std::chrono::milliseconds, std::stop_token) override {
    return false;
  }
  Status Read(DecisionId id, records::JournalVisitor& visitor) override {
    const std::lock_guard lock(mutex_);
    for (const WrittenBlock& block : blocks_) {
      if (id != block.first) continue;
      records::ReadDecisions read;
      read.first = block.first;
      read.binding = std::make_shared<const records::Binding>(block.binding);
      read.inputs = &block.inputs;
      read.outputs = &block.outputs;
      read.rows = block.rows;
      read.imputed = block.imputed;
      read.body_hash = block.body_hash;
      read.caller = block.caller;
      read.at = block.at;
      if (!block.limits.empty()) read.limits = &block.limits;
      visitor.OnDecisions(read);
      return Ok();
    }
    return Error(Code::kNotFound, "no such decision");
  }
  // Knows every decision of replica 1, made at `decided`.
  Result<bool> WasDecidedAfter(DecisionId id, Time at) override {
    if (id.replica != 1) return Error(Code::kNotFound, "no decision " + id.ToString());
    return decided > at;
  }
  records::JournalStats Stats() const override { return {}; }
  const records::RecoveryReport& Recovery() const override { return recovery_; }
  Result<std::size_t> DropBefore(Time) override { return std::size_t{0}; }

  std::vector<WrittenBlock> blocks() const {
    const std::lock_guard lock(mutex_);
    return blocks_;
  }
  // Of each refusal, the version that would have decided.
  std::vector<VersionNumber> refused_versions() const {
    const std::lock_guard lock(mutex_);
    return refused_versions_;
  }
  std::vector<std::string> refusals() const {
    const std::lock_guard lock(mutex_);
    return refusals_;
  }
  std::vector<records::Outcome> outcomes() const {
    const std::lock_guard lock(mutex_);
    return outcomes_;
  }
  std::vector<records::BudgetChange> budgets() const {
    const std::lock_guard lock(mutex_);
    return budgets_;
  }
  // Forgets what was written, for long runs.
  void Forget() {
    const std::lock_guard lock(mutex_);
    blocks_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::uint32_t next_ = 1;
  std::vector<WrittenBlock> blocks_;
  std::vector<VersionNumber> refused_versions_;
  std::vector<std::string> refusals_;
  std::vector<records::Outcome> outcomes_;
  std::vector<records::BudgetChange> budgets_;
  std::vector<records::CommitWaiter*> waiting_;
  records::RecoveryReport recovery_;
};

}  // namespace mooring::serving::testing
