#include "model/formats/protobuf_reader.h"

namespace mooring::model {
namespace {

Error Bad(const char* what) { return Error(Code::kInvalidArgument, what); }

}  // namespace

Result<std::uint64_t> ProtobufReader::Varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (AtEnd()) return Bad("the file ends inside a number");
    const auto byte = static_cast<std::uint8_t>(bytes_[at_++]);
    if (shift == 63 && byte > 1) return Bad("a number of more than 64 bits");
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return Bad("a number of more than ten bytes");
}

Result<ByteSpan> ProtobufReader::Take(std::uint64_t size) {
  if (size > bytes_.size() - at_) return Bad("a field longer than what holds it");
  const ByteSpan taken = bytes_.subspan(at_, size);
  at_ += size;
  return taken;
}

Result<ProtobufField> ProtobufReader::Next() {
  ASSIGN_OR_RETURN(const std::uint64_t tag, Varint());
  if (tag >> 3 == 0 || tag >> 32 != 0) return Bad("a field number out of range");
  ProtobufField field;
  field.number = static_cast<std::uint32_t>(tag >> 3);
  field.wire_type = static_cast<std::uint32_t>(tag & 7U);
  switch (field.wire_type) {
    case 0: {
      ASSIGN_OR_RETURN(field.value, Varint());
      return field;
    }
    case 1: {
      ASSIGN_OR_RETURN(field.bytes, Take(8));
      return field;
    }
    case 2: {
      ASSIGN_OR_RETURN(const std::uint64_t size, Varint());
      ASSIGN_OR_RETURN(field.bytes, Take(size));
      return field;
    }
    case 5: {
      ASSIGN_OR_RETURN(field.bytes, Take(4));
      return field;
    }
    default: return Bad("an unknown kind of field");
  }
}

}  // namespace mooring::model
