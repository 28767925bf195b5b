// Progress: one line on stderr for work that takes longer than 300 ms: what, how far, how fast. On
// a terminal it is redrawn at most ten times a second and wiped at the end; elsewhere a plain line
// every ten seconds. With --quiet nothing.
//
//   Progress progress(context, "scoring", rows);
//   progress.Advance(1000);
//
// Thread safety: one thread. Cost: Advance reads the clock.
#pragma once

#include <cstdint>
#include <string>

#include "app/cli/context.h"

namespace mooring::app::cli {

class Progress {
 public:
  // `total` 0: not known.
  Progress(Context& context, std::string what, std::uint64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Advance(std::uint64_t by);

 private:
  std::string Line(Nanos now) const;

  Context& context_;
  const std::string what_;
  const std::uint64_t total_;
  const Nanos start_;
  Nanos next_;
  std::uint64_t done_ = 0;
  bool drawn_ = false;
};

}  // namespace mooring::app::cli
