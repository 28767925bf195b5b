#include "serving/stop_limits/limit_recovery.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "base/crypto/digest.h"
#include "base/limits.h"
#include "data/table/bytes.h"
#include "records/journal/anchor.h"
#include "records/journal/segment_birth.h"

namespace mooring::serving {
namespace {

using records::JournalPosition;

constexpr std::string_view kMagic = "MOORLIM2", kUnboundMagic = "MOORLIM1";
constexpr std::size_t kFileLimit = 4 * limits::kGiB;
constexpr std::size_t kRecordsAtOnce = 65'536;

struct Snapshot {
  JournalPosition position;
  // The head of the segment in which it ends; nothing in files of version 1, which did not say.
  std::optional<Digest> head;
  std::string ledger;
};

Error Damaged(const LimitRecord& record, std::string why) {
  return Error(Code::kDataLoss, "what limits have spent cannot be read")
      .Where(record.snapshot_file)
      .Why(std::move(why))
      .Help("restore the file from a backup; without it nobody knows what is left to spend");
}

Result<std::optional<Snapshot>> ReadSnapshot(const LimitRecord& record) {
  const auto bytes = record.files->ReadFile(record.snapshot_file, kFileLimit);
  if (!bytes.ok() && bytes.error().code() == Code::kNotFound) return std::optional<Snapshot>();
  if (!bytes.ok()) return bytes.error();
  const bool bound = bytes->starts_with(kMagic);
  const std::size_t kHead = 8 + 4 + 8 + (bound ? sizeof(Digest) : 0), kTail = 4;
  if (bytes->size() < kHead + kTail || (!bound && !bytes->starts_with(kUnboundMagic))) {
    return Damaged(record, "it is cut short, or no such file");
  }
  const std::string_view body = std::string_view(*bytes).substr(0, bytes->size() - kTail);
  std::uint32_t crc = 0;
  std::memcpy(&crc, bytes->data() + body.size(), kTail);
  if (crc != Crc32c(AsBytes(body))) return Damaged(record, "its checksum does not hold");
  data::ByteReader in(AsBytes(body.substr(kMagic.size())));
  Snapshot snapshot;
  snapshot.position.segment = in.Value<std::uint32_t>();
  snapshot.position.offset = in.Value<std::uint64_t>();
  if (bound) {
    std::memcpy(snapshot.head.emplace().data(), body.data() + kHead - sizeof(Digest),
                sizeof(Digest));
  }
  snapshot.ledger = body.substr(kHead);
  return std::optional(std::move(snapshot));
}

void AppendValue(std::string& out, const auto& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// Empty when the snapshot is of this journal; else why not.
Result<std::string> WhyNotOf(const LimitRecord& record, const Snapshot& snapshot,
                             JournalPosition end) {
  if (end < snapshot.position) return std::string("it ends behind the journal's end");
  if (snapshot.position.segment == 0) return std::string();
  const auto birth = [&](std::uint32_t segment) {
    return records::BirthOf(*record.files, record.journal_directory, segment);
  };
  ASSIGN_OR_RETURN(const auto last, birth(snapshot.position.segment));
  if (last.has_value()) {
    const bool same = !snapshot.head.has_value() || *snapshot.head == last->head;
    return same ? std::string() : std::string("it is of another journal");
  }
  // Its segment was dropped since, and nothing else if the next one begins where it ends.
  ASSIGN_OR_RETURN(const auto next, birth(snapshot.position.segment + 1));
  if (next.has_value() && next->previous_end == snapshot.position.offset) return std::string();
  return std::string("the journal begins after it");
}

// A fold from the beginning is of all that was spent only where the beginning is there.
Status CheckBeginsAtTheFirst(const LimitRecord& record) {
  if (record.accept_loss) return Ok();
  ASSIGN_OR_RETURN(const auto anchor, records::ReadAnchor(*record.files, record.journal_directory));
  if (!anchor.has_value() || anchor->oldest <= 1) return Ok();
  return Error(Code::kDataLoss, "what limits have spent is not known")
      .Where(record.snapshot_file)
      .Why("the journal begins with segment " + std::to_string(anchor->oldest) +
           ", and no snapshot says what was spent before it")
      .Help("restore the file from a backup; to count all of that as nothing, write why into " +
            LossAcceptedFile(record.snapshot_file) + " and start again");
}

Result<std::uint64_t> FoldUpTo(const LimitRecord& record, JournalPosition from, JournalPosition end,
                               LimitLedger& ledger) {
  ASSIGN_OR_RETURN(const auto reader,
                   records::JournalReader::Open(*record.files, record.journal_directory, from));
  NoteFolder folder(ledger);
  for (std::size_t read = 1; read != 0;) {
    ASSIGN_OR_RETURN(read, reader->Read(end, kRecordsAtOnce, folder));
  }
  ASSIGN_OR_RETURN(const auto anchor, records::ReadAnchor(*record.files, record.journal_directory));
  if (anchor.has_value()) ledger.ForgetSettledBefore(anchor->oldest);
  return folder.notes();
}

}  // namespace

void NoteFolder::OnDecisions(const records::ReadDecisions& block) {
  if (block.limits == nullptr) return;
  ledger_.Fold(*block.limits, block.first);
  ++notes_;
}

void NoteFolder::OnBudget(const records::BudgetChange& change) {
  FoldChange(change, ledger_);
  ++notes_;
}

void FoldChange(const records::BudgetChange& change, LimitLedger& ledger) {
  std::vector<records::LimitDelta> deltas = change.note.deltas;
  std::ranges::stable_sort(deltas, {}, &records::LimitDelta::row);
  records::LimitNote one;
  std::size_t next = 0;
  for (std::uint32_t i = 0; i < change.decisions.size(); ++i) {
    one.Clear();
    one.at = change.note.at;
    for (; next < deltas.size() && deltas[next].row <= i; ++next) {
      one.deltas.push_back(deltas[next]);
      one.deltas.back().row = 0;
    }
    ledger.Fold(one, change.decisions[i]);
    // Nobody acted on it: an outcome that comes all the same is not its result.
    if (change.why == records::BudgetChange::Why::kRelease) ledger.Settle(change.decisions[i]);
  }
}

Result<std::uint64_t> RecoverLimits(const LimitRecord& record, JournalPosition end,
                                    LimitLedger& ledger) {
  ASSIGN_OR_RETURN(const std::optional<Snapshot> snapshot, ReadSnapshot(record));
  JournalPosition from;
  if (snapshot.has_value()) {
    if (const Status restored = ledger.Restore(snapshot->ledger); !restored.ok()) {
      return Damaged(record, restored.error().message());
    }
    from = snapshot->position;
    ASSIGN_OR_RETURN(const std::string why_not, WhyNotOf(record, *snapshot, end));
    if (!why_not.empty() && ledger.states() != 0) return Damaged(record, why_not);
    if (!why_not.empty()) from = {};  // it says that nothing was spent, whatever journal it is of
  }
  if (from == JournalPosition{}) RETURN_IF_ERROR(CheckBeginsAtTheFirst(record));
  return FoldUpTo(record, from, end, ledger);
}

Result<JournalPosition> SnapshotPosition(const LimitRecord& record) {
  ASSIGN_OR_RETURN(const std::optional<Snapshot> snapshot, ReadSnapshot(record));
  return snapshot.has_value() ? snapshot->position : JournalPosition();
}

Status SaveLimits(const LimitRecord& record, JournalPosition end, const Clock& clock) {
  LimitLedger ledger({.clock = &clock});
  // Also where nothing was spent: the next one, and a start, read on from here.
  ASSIGN_OR_RETURN([[maybe_unused]] const std::uint64_t notes, RecoverLimits(record, end, ledger));
  Digest head{};
  if (end.segment != 0) {
    ASSIGN_OR_RETURN(const auto birth,
                     records::BirthOf(*record.files, record.journal_directory, end.segment));
    if (!birth.has_value()) {
      return Error(Code::kNotFound, "the journal has no segment " + std::to_string(end.segment));
    }
    head = birth->head;
  }
  std::string bytes(kMagic);
  AppendValue(bytes, end.segment);
  AppendValue(bytes, end.offset);
  AppendValue(bytes, head);
  bytes += ledger.Snapshot();
  AppendValue(bytes, Crc32c(AsBytes(bytes)));
  return record.files->WriteFileDurably(record.snapshot_file, AsBytes(bytes));
}

}  // namespace mooring::serving
