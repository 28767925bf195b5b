// A journal that lay on a bad disk or came from a stranger. Two kinds of inputs:
//   'F' and then records (kind and binding, two bytes of size, payload): the newest segment holds
//   these, with right checksums and chain, so that only the decoders stand in their way;
//   else patches: a byte that chooses the file, then of each patch two bytes of place and a value.
// Verifying, recovering and reading must end; twice the same; damage never shows a decision that
// was not made, or another than it was.
#include <cstdlib>

#include "journal_disk.h"

namespace {

using namespace mooring;           // NOLINT: a program of one file
using namespace mooring::records;  // NOLINT
using fuzz::JournalDisk;

// Looks at everything it is told, and counts.
struct Toucher final : JournalVisitor {
  void OnDecisions(const ReadDecisions& block) override {
    if (block.inputs->rows() != block.rows.size() || block.outputs->rows() != block.rows.size()) {
      std::abort();
    }
    for (const data::Batch* batch : {block.inputs, block.outputs}) Touch(*batch);
    if (block.limits != nullptr) Touch(*block.limits);
    decisions += block.rows.size();
  }
  void OnOutcomes(std::span<const Outcome> told) override {
    for (const Outcome& outcome : told) sum += outcome.name.size() + outcome.text.size();
    others += told.size();
  }
  void OnRefusal(const Refusal& refusal) override { others += 1 + refusal.rule.size(); }
  void OnBudget(const BudgetChange& change) override {
    others += change.decisions.size();
    Touch(change.note);
  }
  void Touch(const LimitNote& note) {
    for (const LimitHit& hit : note.hits) sum += hit.limit.size();
    sum += note.deltas.size();
  }

  void Touch(const data::Batch& batch) {
    for (std::size_t i = 0; i < batch.width(); ++i) {
      const data::Column& column = batch.column(i);
      const bool is_text =
          column.type() == data::Type::kString || column.type() == data::Type::kCategory;
      for (std::size_t row = 0; row < batch.rows(); ++row) {
        sum += is_text ? column.Text(row).size() : static_cast<std::size_t>(column.IsNull(row));
      }
    }
  }
  bool operator==(const Toucher& other) const {
    return decisions == other.decisions && others == other.others && sum == other.sum;
  }

  std::size_t decisions = 0, others = 0, sum = 0;
};

// All that can be read; how often damage was skipped.
int ReadDamaged(FileSystem& files, JournalVisitor& visitor) {
  const auto end = EndOfJournal(files, fuzz::kFolder);
  auto reader = JournalReader::Open(files, fuzz::kFolder);
  if (!end.ok() || !reader.ok()) return 1;
  int skipped = 0;
  for (int step = 0; step < 200; ++step) {
    const auto read = (*reader)->Read(*end, 100, visitor);
    if (read.ok() && *read == 0) break;
    if (read.ok()) continue;
    ++skipped;
    if (!(*reader)->SkipDamage().ok()) break;
  }
  return skipped;
}

// Every serial at most once and at its address.
bool IsPartOf(const RememberingVisitor& seen, const RememberingVisitor& made) {
  for (const auto& [serial, ids] : seen.seen) {
    const auto found = made.seen.find(serial);
    if (found == made.seen.end() || ids != found->second) return false;
  }
  return seen.wrong == 0;
}

void CheckDamaged(JournalDisk& disk) {
  const auto verified = VerifyJournal(disk.files, fuzz::kFolder);
  static_cast<void>(RecoverJournal(disk.files, fuzz::kFolder, 1));
  RememberingVisitor seen;
  const int skipped = ReadDamaged(disk.files, seen);
  if (!IsPartOf(seen, disk.made)) std::abort();
  const bool is_whole = verified.ok() && verified->findings.empty() && skipped == 0;
  if (is_whole && verified->decisions != seen.seen.size()) std::abort();
  for (const auto& [serial, ids] : disk.made.seen) {
    if (serial % 8 != 5) continue;
    RememberingVisitor one;
    const bool found = ReadDecision(disk.files, fuzz::kFolder, ids[0], one).ok();
    if (!IsPartOf(one, disk.made) || one.seen.contains(serial) != found) std::abort();
  }
}

void CheckForged(JournalDisk& disk) {
  const auto verified = VerifyJournal(disk.files, fuzz::kFolder);
  static_cast<void>(RecoverJournal(disk.files, fuzz::kFolder, 1));
  Toucher once, twice;
  const int skipped = ReadDamaged(disk.files, once);
  if (ReadDamaged(disk.files, twice) != skipped || !(once == twice)) std::abort();
  const bool is_whole = verified.ok() && verified->findings.empty() && skipped == 0;
  if (is_whole && verified->decisions != once.decisions) std::abort();
  const std::uint32_t newest = disk.made.seen.rbegin()->second[0].segment;
  for (const std::uint32_t ordinal : {0U, 1U, 7U, ~0U}) {
    static_cast<void>(ReadDecision(disk.files, fuzz::kFolder, {1, newest, ordinal}, once));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static JournalDisk disk;
  if (size == 0) return 0;
  const std::span<const std::uint8_t> rest(bytes + 1, size - 1);
  if (bytes[0] == 'F') {
    disk.Forge(rest);
    CheckForged(disk);
  } else {
    disk.Patch(bytes[0], rest);
    CheckDamaged(disk);
  }
  disk.Restore();
  return 0;
}
