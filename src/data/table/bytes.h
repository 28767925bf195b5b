// Writing and reading little-endian values and varints in a run of bytes: the alphabet of our
// formats.
//
// ByteReader is for hostile input: it never reads past the end, and the first failure sticks, so
// that a decoder may read several values and ask ok() once before it uses them. Failed reads give
// zero and "". Thread safety: values. Neither allocates, except the string that is written to.
//
// A varint is an unsigned LEB128: seven bits a byte, low first, at most ten bytes. Longer spellings
// of a value than needed are refused, so that equal values have equal bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/io/file_system.h"

namespace mooring::data {

static_assert(std::endian::native == std::endian::little, "formats are little endian");

inline std::size_t VarintSize(std::uint64_t value) {
  return static_cast<std::size_t>(std::bit_width(value | 1) + 6) / 7;
}

// Writes at `out`, which must have room; gives the end.
inline char* PutVarint(char* out, std::uint64_t value) {
  while (value >= 0x80) {
    *out++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<char>(value);
  return out;
}

inline void AppendVarint(std::string& out, std::uint64_t value) {
  char buffer[16];  // 10 would do; GCC 12 cannot see it
  out.append(buffer, static_cast<std::size_t>(PutVarint(buffer, value) - buffer));
}

inline void AppendText(std::string& out, std::string_view text) {
  AppendVarint(out, text.size());
  out.append(text);
}

class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes)
      : begin_(reinterpret_cast<const char*>(bytes.data())),
        at_(begin_),
        end_(begin_ + bytes.size()) {}

  bool ok() const { return ok_; }
  std::size_t position() const { return static_cast<std::size_t>(at_ - begin_); }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  void Fail() {
    ok_ = false;
    at_ = end_;
  }

  // The next `count` bytes, or null.
  const char* Take(std::size_t count) {
    if (count > left()) [[unlikely]] {
      Fail();
      return nullptr;
    }
    const char* taken = at_;
    at_ += count;
    return taken;
  }
  template <typename T>
  T Value() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    if (const char* bytes = Take(sizeof(T))) std::memcpy(&value, bytes, sizeof(T));
    return value;
  }
  std::uint64_t Varint() {
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80)
      return static_cast<unsigned char>(*at_++);
    return LongVarint();
  }
  // A length and that many bytes.
  std::string_view Text() {
    const std::uint64_t size = Varint();
    const char* bytes = size <= left() ? Take(static_cast<std::size_t>(size)) : Take(left() + 1);
    return bytes == nullptr ? std::string_view()
                            : std::string_view(bytes, static_cast<std::size_t>(size));
  }

 private:
  std::uint64_t LongVarint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto byte = static_cast<unsigned char>(*at_++);
      if (shift == 63 && byte > 1) break;  // over 64 bits
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) {
        if (byte == 0 && shift != 0) break;  // longer than needed
        return value;
      }
    }
    Fail();
    return 0;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace mooring::data
