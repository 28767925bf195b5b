#include "records/journal/told_hit.h"

namespace mooring::records {
namespace {

// What stays of the numbers, and what they mean, of a limit that looks at one decision alone.
ToldHit TellStateless(const LimitHit& hit, LimitKind kind) {
  switch (kind) {
    case LimitKind::kBound: return {{}, hit.threshold, "out of bounds"};
    case LimitKind::kCollar: return {{}, {}, "out of its collar, or without a reference"};
    case LimitKind::kQuality: return {{}, {}, "a verdict of the watch stands"};
    default: break;
  }
  // An age that is too old is above zero.
  if (hit.current == 0) return {{}, hit.threshold, "the age is not known"};
  return {hit.current, hit.threshold, "too old"};
}

std::string_view WordsOf(LimitKind kind) {
  switch (kind) {
    case LimitKind::kRate: return "too soon";
    case LimitKind::kShare: return "over its share";
    case LimitKind::kGrowth: return "growing too fast";
    case LimitKind::kRepeat: return "repeated too often";
    default: return "over the limit";
  }
}

}  // namespace

ToldHit Tell(const LimitHit& hit, std::optional<LimitKind> kind) {
  ToldHit told{hit.current, hit.threshold, "over the limit"};
  const bool stateless = kind && !HasBudget(*kind);
  if (hit.current == kNotComputed) {
    told = {{}, hit.threshold, "the quantity could not be computed"};
    if (!kind || stateless) told.threshold.reset();
  } else if (stateless) {
    told = TellStateless(hit, *kind);
  } else if (kind) {
    told.state = WordsOf(*kind);
  }
  if (hit.latched) told.state = "shut until people release it";
  // The ends of the range stand for none.
  const auto none = [](std::optional<std::int64_t>& number) {
    if (number == std::numeric_limits<std::int64_t>::max() || number == kNotComputed) number = {};
  };
  none(told.current);
  none(told.threshold);
  return told;
}

}  // namespace mooring::records
