// SketchWriter, SketchReader: the bytes of a sketch: a magic word, little-endian fields, CRC-32C of
// all before it (docs/formats/sketches.md).
//
// The reader is strict: a wrong magic or checksum, a field beyond the end, bytes left over are each
// kDataLoss. Thread safety: values. Ownership: the reader is a view.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring::data {

static_assert(std::endian::native == std::endian::little);

class SketchWriter {
 public:
  explicit SketchWriter(std::string_view magic) : bytes_(magic) {}

  template <typename T>
  void Put(T value) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    bytes_.append(raw, sizeof(T));
  }
  // Ends with the checksum.
  std::string Finish() &&;

 private:
  std::string bytes_;
};

class SketchReader {
 public:
  // Checks magic and checksum.
  static Result<SketchReader> Open(std::string_view bytes, std::string_view magic);

  template <typename T>
  Result<T> Take() {
    if (rest_.size() < sizeof(T)) return Damaged("it ends early");
    T value;
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return value;
  }
  std::size_t left() const { return rest_.size(); }

  static Error Damaged(std::string_view why);

 private:
  explicit SketchReader(std::string_view rest) : rest_(rest) {}
  std::string_view rest_;
};

}  // namespace mooring::data
