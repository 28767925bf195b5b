// Direction: which changes of a mean a detector looks for. For detectors that can look for one.
// Thread safety: a value.
#pragma once

namespace mooring::data {

enum class Direction : unsigned char { kUp, kDown, kBoth };

inline bool LooksUp(Direction direction) { return direction != Direction::kDown; }
inline bool LooksDown(Direction direction) { return direction != Direction::kUp; }

}  // namespace mooring::data
