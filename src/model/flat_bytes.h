// FlatWriter and FlatReader: the envelope and the primitive fields of the flat form, described byte
// by byte in docs/formats/flat_model.md. Numbers are little-endian; arrays start at a multiple of
// 16 from the beginning of the file, so a mapping can be used in place.
//
// Failure: a reader takes its bytes for hostile; a field past the end is kDataLoss. Arrays are
// views into the bytes. Thread safety: none needed, values on one thread.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/io/file_system.h"
#include "base/result.h"
#include "model/predictor.h"

namespace mooring::model {

static_assert(std::endian::native == std::endian::little, "the flat form is mapped as it is");

inline constexpr std::string_view kFlatMagic = "MOORFLT1";
inline constexpr std::size_t kFlatHeaderBytes = 64;

class FlatWriter {
 public:
  // `format` has at most 15 characters.
  explicit FlatWriter(std::string_view format);

  template <typename T>
    requires std::is_arithmetic_v<T>
  void Put(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  void PutText(std::string_view text);
  void PutSignature(const Signature& signature);
  template <typename T>
    requires std::is_trivially_copyable_v<T>
  void PutArray(std::span<const T> values) {
    Put<std::uint64_t>(values.size());
    bytes_.resize((bytes_.size() + 15) / 16 * 16);
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  }
  // Fills in size and checksum.
  std::string Finish() &&;

 private:
  std::string bytes_;
};

class FlatReader {
 public:
  // Checks magic, version, format, size and checksum.
  static Result<FlatReader> Open(ByteSpan flat, std::string_view format);

  template <typename T>
    requires std::is_arithmetic_v<T>
  Result<T> Get() {
    if (bytes_.size() - at_ < sizeof(T)) return Short();
    T value;
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  Result<std::string> GetText();
  Result<Signature> GetSignature();
  template <typename T>
    requires std::is_trivially_copyable_v<T>
  Result<std::span<const T>> GetArray() {
    ASSIGN_OR_RETURN(const auto count, Get<std::uint64_t>());
    const std::size_t begin = (at_ + 15) / 16 * 16;
    if (begin > bytes_.size() || count > (bytes_.size() - begin) / sizeof(T)) return Short();
    at_ = begin + count * sizeof(T);
    return std::span<const T>(reinterpret_cast<const T*>(bytes_.data() + begin), count);
  }
  // kDataLoss unless everything has been read.
  Status Finish() const;

 private:
  explicit FlatReader(ByteSpan bytes) : bytes_(bytes), at_(kFlatHeaderBytes) {}
  Error Short() const;

  ByteSpan bytes_;
  std::size_t at_;
};

// The format's name out of a flat header; kDataLoss when it is none, kFailedPrecondition when it
// was made by another version of the flat form and must be compiled again.
Result<std::string> FlatFormatName(ByteSpan flat);

}  // namespace mooring::model
