// Reads the fields of one protobuf message, one after the other. Views into the bytes; no
// recursion, no allocation. Groups (wire types 3 and 4), reserved wire types, field number 0 and
// varints of more than ten bytes are refused.
#pragma once

#include <cstdint>

#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::model {

struct ProtobufField {
  std::uint32_t number = 0;
  std::uint32_t wire_type = 0;  // 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes
  std::uint64_t value = 0;      // of a varint
  ByteSpan bytes;               // of wire type 2; the raw bytes of 1 and 5
};

class ProtobufReader {
 public:
  explicit ProtobufReader(ByteSpan bytes) : bytes_(bytes) {}
  bool AtEnd() const { return at_ == bytes_.size(); }
  Result<ProtobufField> Next();

 private:
  Result<std::uint64_t> Varint();
  Result<ByteSpan> Take(std::uint64_t size);

  ByteSpan bytes_;
  std::size_t at_ = 0;
};

}  // namespace mooring::model
