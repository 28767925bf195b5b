// The Range header of a request, for downloads that go on where they broke off (RFC 9110 14): one
// range of bytes. Several ranges, other units and what is not well-formed count as none, and the
// whole is answered.
//
// Pure; thread safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mooring::api {

struct ByteRange {
  std::uint64_t first = 0, bytes = 0;
  bool partial = false;     // answer 206 with Content-Range
  bool satisfiable = true;  // false: answer 416
};

// The part of `size` bytes that the header asks for; "" and nonsense: all.
ByteRange ParseRange(std::string_view header, std::uint64_t size);

}  // namespace mooring::api
