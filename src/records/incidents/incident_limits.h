// Limits of alerts, incidents and sinks, as base/limits.h has those of the rest.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/limits.h"

namespace mooring::limits {

inline constexpr std::size_t kAlertsOfModel = 10'000;  // causes of one model and kind of verdict
inline constexpr std::size_t kAlertsTold = 100;        // by one notification; the rest is counted
inline constexpr std::size_t kSinks = 32;
inline constexpr std::size_t kSilences = 1'000;  // that have not ended
inline constexpr std::chrono::hours kSilenceLength{30 * 24};
inline constexpr std::size_t kNoteBytes = 16 * kKiB;   // a person's note in a timeline
inline constexpr std::size_t kSecretBytes = 4 * kKiB;  // of a sink
inline constexpr std::size_t kSinkAnswerBytes = 64 * kKiB;

}  // namespace mooring::limits
