#include "records/journal/journal.h"

#include "records/journal/reader.h"
#include "records/journal/record_encoder.h"
#include "records/journal/recovery.h"
#include "records/journal/segment_journal.h"

namespace mooring::records {
namespace {

RecordEncoder& ThreadEncoder() {
  thread_local RecordEncoder encoder;
  return encoder;
}

Status CheckSeen(const Journal::Options& options, std::uint32_t newest) {
  if (options.seen.segment <= newest) return Ok();
  return Error(Code::kDataLoss, newest == 0
                                    ? "the journal is missing"
                                    : "the journal ends at segment " + std::to_string(newest))
      .Where(options.directory)
      .Why(options.seen.by + " names segment " + std::to_string(options.seen.segment) +
           ": ids of decisions would be given a second time")
      .Help(
          "restore the journal, or move what was made of it away with it: the lake, the watch's "
          "checkpoint, what limits have spent (lake, watch.json, limits.snapshot)");
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::Open(Options options) {
  CHECK(options.files != nullptr && options.clock != nullptr);
  FileSystem& files = *options.files;
  // Nothing is made where the journal is to be put back.
  if (!files.Exists(options.directory)) RETURN_IF_ERROR(CheckSeen(options, 0));
  RETURN_IF_ERROR(files.MakeDirectories(options.directory));
  ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock, files.Lock(options.directory + "/lock"));
  ASSIGN_OR_RETURN(RecoveredJournal recovered,
                   RecoverJournal(files, options.directory, options.replica));
  RETURN_IF_ERROR(CheckSeen(options, recovered.end.segment));
  for (const std::string& path : recovered.leftovers) static_cast<void>(files.Remove(path));
  if (recovered.segments.empty()) {
    RETURN_IF_ERROR(WriteAnchor(files, options.directory, recovered.anchor));
  }
  const std::vector<Unsealed> unsealed = std::move(recovered.unsealed);
  auto journal =
      std::make_unique<SegmentJournal>(std::move(options), std::move(lock), std::move(recovered));
  RETURN_IF_ERROR(journal->Start(unsealed));
  return std::unique_ptr<Journal>(std::move(journal));
}

Result<bool> Journal::WasDecidedAfter(DecisionId id, Time at) {
  struct Visitor final : JournalVisitor {
    void OnDecisions(const ReadDecisions& block) override { decided = block.at; }
    bool WantsRows() const override { return false; }
    Time decided;
  } visitor;
  RETURN_IF_ERROR(Read(id, visitor));
  return visitor.decided > at;
}

JournalPosition Journal::Recent(Time, std::uint64_t) const { return {}; }

Result<DecisionId> SegmentJournal::Append(const DecisionBlock& block, CommitWaiter* waiter) {
  ASSIGN_OR_RETURN(const EncodedRecord record,
                   ThreadEncoder().Encode(block, options_.pseudonymiser));
  return queue_.Add(record, waiter);
}

Status SegmentJournal::Append(const Refusal& refusal, CommitWaiter* waiter) {
  ASSIGN_OR_RETURN(const EncodedRecord record, ThreadEncoder().Encode(refusal));
  ASSIGN_OR_RETURN([[maybe_unused]] const DecisionId none, queue_.Add(record, waiter));
  return Ok();
}

Status SegmentJournal::Append(std::span<const Outcome> outcomes, CommitWaiter* waiter) {
  ASSIGN_OR_RETURN(const EncodedRecord record,
                   ThreadEncoder().Encode(outcomes, options_.clock->Now()));
  ASSIGN_OR_RETURN([[maybe_unused]] const DecisionId none, queue_.Add(record, waiter));
  return Ok();
}

Status SegmentJournal::Append(const BudgetChange& change, CommitWaiter* waiter) {
  ASSIGN_OR_RETURN(const EncodedRecord record, ThreadEncoder().Encode(change));
  ASSIGN_OR_RETURN([[maybe_unused]] const DecisionId none, queue_.Add(record, waiter));
  return Ok();
}

}  // namespace mooring::records
