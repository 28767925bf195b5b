#include "serving/stop_limits/limit_recovery.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "base/crypto/digest.h"
#include "base/limits.h"
#include "data/table/bytes.h"
#include "records/journal/anchor.h"

namespace mooring::serving {
namespace {

using records::JournalPosition;

constexpr std::string_view kMagic = "MOORLIM1";
constexpr std::size_t kFileLimit = 4 * limits::kGiB;
constexpr std::size_t kRecordsAtOnce = 65'536;

struct Snapshot {
  JournalPosition position;
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
  constexpr std::size_t kHead = 8 + 4 + 8, kTail = 4;
  if (bytes->size() < kHead + kTail || !bytes->starts_with(kMagic)) {
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
  snapshot.ledger = body.substr(kHead);
  return std::optional(std::move(snapshot));
}

void AppendValue(std::string& out, const auto& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
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
    if (end < from && ledger.states() != 0) {
      return Damaged(record, "it ends behind the journal's end: it is of another");
    }
    if (end < from) from = {};  // it says that nothing was spent, whatever journal it is of
  }
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
  std::string bytes(kMagic);
  AppendValue(bytes, end.segment);
  AppendValue(bytes, end.offset);
  bytes += ledger.Snapshot();
  AppendValue(bytes, Crc32c(AsBytes(bytes)));
  return record.files->WriteFileDurably(record.snapshot_file, AsBytes(bytes));
}

}  // namespace mooring::serving
