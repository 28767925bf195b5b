// What the tracking store invents: ids of runs and logged models, and names for what nobody named.
//
// From a seed (the same ones every time) or from the system's randomness. Thread safety: any
// thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "base/rng.h"

namespace mooring::records {

class Inventor {
 public:
  explicit Inventor(std::uint64_t seed);  // 0: the system's randomness
  std::string RunId();                    // 32 hexadecimal digits
  std::string ModelId();                  // "m-" and 32 hexadecimal digits
  std::string Name();                     // "calm-heron-417"

 private:
  std::uint64_t Next();
  const bool seeded_;
  std::mutex mutex_;
  Rng rng_;
};

}  // namespace mooring::records
