#include "records/audit/check_log.h"

#include <algorithm>

#include "records/audit/control_entry.h"
#include "records/audit/log_lines.h"
#include "records/audit/merkle_tree.h"

namespace mooring::records {
namespace {

using Step = LineWalker::Step;

class Checker {
 public:
  Checker(ByteSpan log, const LogCheck& check) : log_(log), check_(check) {
    for (const TreeHead& head : check.heads) heads_.push_back(&head);
    std::stable_sort(heads_.begin(), heads_.end(),
                     [](const TreeHead* a, const TreeHead* b) { return a->size < b->size; });
  }

  LogReport Run() {
    report_.bytes = log_.size();
    CheckSignatures();
    if (!AsText(log_).starts_with(kLogFirstLine)) {
      Found(0, 0, "the first line is not that of a control log");
      // The lines behind it may still be looked at, if there is a first line at all.
      if (log_.size() < kLogFirstLine.size()) return report_;
    }
    Walk();
    return report_;
  }

 private:
  void Walk() {
    LineWalker walker(log_.subspan(kLogFirstLine.size()), {});
    CompareHeads(walker.place());
    for (Step step = walker.Next(); step != Step::kEnd; step = walker.Next()) {
      const LogPlace& place = walker.place();
      if (step == Step::kTorn) {
        Found(place.records, place.offset, "the last line has no end");
        break;
      }
      if (step == Step::kBroken) {
        Found(place.records - 1, place.last, "it does not follow from the entry before it");
      }
      if (check_.tree) tree_.Add(hasher_, hasher_.Leaf(AsBytes(walker.record())));
      CompareHeads(place);
    }
    const LogPlace& end = walker.place();
    for (; next_head_ < heads_.size(); ++next_head_) {
      Found(end.records, end.offset,
            "the log ends after " + std::to_string(end.records) + " entries, the head of " +
                FormatTime(heads_[next_head_]->time) + " covers " +
                std::to_string(heads_[next_head_]->size));
    }
    report_.entries = end.records;
    report_.chain = end.chain;
    if (check_.tree) report_.root = tree_.Root(hasher_);
  }

  void CompareHeads(const LogPlace& place) {
    for (; next_head_ < heads_.size(); ++next_head_) {
      const TreeHead& head = *heads_[next_head_];
      if (head.size != place.records) return;
      const bool same_root = !check_.tree || head.root == tree_.Root(hasher_);
      if (head.chain == place.chain && same_root) continue;
      Found(place.records == 0 ? 0 : place.records - 1, place.last,
            "the log up to here is not what the head of " + FormatTime(head.time) + " covers");
    }
  }

  void CheckSignatures() {
    if (!check_.key) return;
    for (const TreeHead* head : heads_) {
      const Status verified = VerifySignature(*check_.key, *head);
      if (!verified.ok()) Found(0, 0, verified.error().message());
    }
  }

  void Found(std::uint64_t entry, std::uint64_t offset, std::string what) {
    ++report_.problems_found;
    if (report_.problems.size() == kProblemsTold) return;
    report_.problems.push_back({entry, offset, std::move(what)});
  }

  const ByteSpan log_;
  const LogCheck& check_;
  std::vector<const TreeHead*> heads_;  // by size
  std::size_t next_head_ = 0;
  TreeHasher hasher_;
  TreeFrontier tree_;
  LogReport report_;
};

Error NoLine(const LogPlace& place) {
  return Error(Code::kDataLoss, "entry " + std::to_string(place.records) + " cannot be read")
      .Where("byte " + std::to_string(place.offset))
      .Help("mooring audit verify");
}

Status CheckFirstLine(ByteSpan log) {
  if (AsText(log).starts_with(kLogFirstLine)) return Ok();
  return Error(Code::kDataLoss, "not a control log")
      .Why("its first line is not '" + std::string(kLogFirstLine.substr(0, 21)) + "'");
}

}  // namespace

LogReport CheckLog(ByteSpan log, const LogCheck& check) { return Checker(log, check).Run(); }

Status VisitEntries(ByteSpan log, const std::function<bool(const ControlEntry&)>& visit) {
  RETURN_IF_ERROR(CheckFirstLine(log));
  std::string_view rest = AsText(log).substr(kLogFirstLine.size());
  for (LogPlace place; !rest.empty(); ++place.records) {
    const std::size_t end = rest.find('\n');
    if (end == rest.npos) return Ok();  // being written
    if (end <= kChainDigits) return NoLine(place);
    const auto entry = DecodeEntry(rest.substr(kChainDigits + 1, end - kChainDigits - 1));
    if (!entry.ok()) return NoLine(place);
    if (!visit(*entry)) return Ok();
    place.offset += end + 1;
    rest.remove_prefix(end + 1);
  }
  return Ok();
}

Result<std::vector<Digest>> LeavesOf(ByteSpan log, std::uint64_t size) {
  RETURN_IF_ERROR(CheckFirstLine(log));
  LineWalker walker(log.subspan(kLogFirstLine.size()), {});
  TreeHasher hasher;
  std::vector<Digest> leaves;
  while (leaves.size() < size) {
    const LogPlace before = walker.place();
    const Step step = walker.Next();
    if (step == Step::kBroken) return NoLine(before);
    if (step != Step::kRecord) {
      return Error(Code::kFailedPrecondition, "the log has " + std::to_string(leaves.size()) +
                                                  " entries, the head covers " +
                                                  std::to_string(size));
    }
    leaves.push_back(hasher.Leaf(AsBytes(walker.record())));
  }
  return leaves;
}

}  // namespace mooring::records
