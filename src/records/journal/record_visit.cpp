#include "records/journal/record_visit.h"

namespace mooring::records {
namespace {

Error At(const SegmentCursor& cursor, const RecordView& record, const Error& error) {
  return cursor.DamageAt(record.offset, error.message());
}

}  // namespace

Status RecordVisit::TakeBinding(const RecordView& record, const SegmentCursor& cursor) {
  auto binding = DecodeBinding(record.payload);
  if (!binding.ok()) return At(cursor, record, binding.error());
  if (record.head.first > 0xFFFF) {
    return cursor.DamageAt(record.offset, "a binding's number is too big");
  }
  if (bindings_.size() <= record.head.first) bindings_.resize(record.head.first + 1);
  bindings_[record.head.first] = std::move(binding).value();
  return Ok();
}

Status RecordVisit::Tell(const RecordView& record, const SegmentCursor& cursor,
                         JournalVisitor& visitor) {
  const Time at = Time(Micros(record.head.at_us));
  if (record.head.kind == RecordKind::kOutcomes) {
    const auto outcomes = DecodeOutcomes(record.payload);
    if (!outcomes.ok()) return At(cursor, record, outcomes.error());
    visitor.OnOutcomes(*outcomes);
    return Ok();
  }
  if (record.head.kind == RecordKind::kRefusal) {
    const auto refusal = DecodeRefusal(record.payload, at);
    if (!refusal.ok()) return At(cursor, record, refusal.error());
    visitor.OnRefusal(*refusal);
    return Ok();
  }
  if (record.head.kind == RecordKind::kBudget) {
    const auto change = DecodeBudget(record.payload, at);
    if (!change.ok()) return At(cursor, record, change.error());
    visitor.OnBudget(*change);
    return Ok();
  }
  const std::size_t number = record.head.binding;
  if (number >= bindings_.size() || bindings_[number] == nullptr) {
    return cursor.DamageAt(record.offset, "its binding is damaged");
  }
  auto block = decoder_.Decode(record.payload, bindings_[number], visitor.WantsRows());
  if (!block.ok()) return At(cursor, record, block.error());
  block->at = at;
  block->first = {cursor.head().replica, cursor.head().number, record.head.first};
  visitor.OnDecisions(*block);
  return Ok();
}

}  // namespace mooring::records
