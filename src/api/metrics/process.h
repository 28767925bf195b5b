// What the kernel says about this process; zeros where it says nothing.
#pragma once

#include <cstdint>

namespace mooring::api {

struct ProcessFigures {
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_files = 0;
  double cpu_seconds = 0;
};
ProcessFigures ReadProcess();

}  // namespace mooring::api
