#include "data/stats/sketches/sketch_bytes.h"

#include <span>

#include "base/crypto/digest.h"

namespace mooring::data {
namespace {

std::uint32_t Checksum(std::string_view bytes) { return Crc32c(std::as_bytes(std::span(bytes))); }

}  // namespace

std::string SketchWriter::Finish() && {
  Put(Checksum(bytes_));
  return std::move(bytes_);
}

Error SketchReader::Damaged(std::string_view why) {
  return Error(Code::kDataLoss, "the bytes of a sketch are damaged").Why(std::string(why));
}

Result<SketchReader> SketchReader::Open(std::string_view bytes, std::string_view magic) {
  if (bytes.size() < magic.size() + sizeof(std::uint32_t)) return Damaged("it ends early");
  const std::string_view body = bytes.substr(0, bytes.size() - sizeof(std::uint32_t));
  if (!body.starts_with(magic)) return Damaged("it begins with another magic word");
  std::uint32_t stored = 0;
  std::memcpy(&stored, bytes.data() + body.size(), sizeof(stored));
  if (stored != Checksum(body)) return Damaged("its checksum does not agree");
  return SketchReader(body.substr(magic.size()));
}

}  // namespace mooring::data
