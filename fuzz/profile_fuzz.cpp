// Any bytes as a profile's JSON, such as a client may send: refused, or read so that all its
// figures can be asked for, that it merges with itself, and that it comes back the same after being
// written.
#include <cstdint>
#include <cstdlib>

#include "data/stats/profile.h"

namespace {

using mooring::data::BatchProfile;

void AskEverything(const BatchProfile& profile) {
  double sum = 0;
  for (std::size_t i = 0; i < profile.width(); ++i) {
    sum += profile.Mean(i) + profile.Deviation(i) + profile.OutOfRangeShare(i);
    sum += profile.UnseenShare(i) + profile.column(i).MissingShare();
    if (profile.Find(profile.name(i)) != i) std::abort();
  }
  static_cast<void>(sum);
}

bool IsSame(const BatchProfile& left, const BatchProfile& right) {
  if (*left.bins() != *right.bins()) return false;
  for (std::size_t i = 0; i < left.width(); ++i) {
    if (left.column(i) != right.column(i)) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto profile = BatchProfile::FromJson(text);
  if (!profile.ok()) {
    if (profile.error().message().empty()) std::abort();
    return 0;
  }
  AskEverything(*profile);
  const std::string once = profile->ToJson();
  const auto again = BatchProfile::FromJson(once);
  if (!again.ok() || !IsSame(*again, *profile) || again->ToJson() != once) std::abort();
  BatchProfile sum(profile->bins());
  if (!sum.Merge(*again).ok() || !IsSame(sum, *profile)) std::abort();
  if (!sum.Merge(*again).ok()) std::abort();
  AskEverything(sum);
  return 0;
}
