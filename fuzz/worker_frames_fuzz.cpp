// What a Python worker answers: a header and a payload, of a process that a model of others may
// have taken over. Refused with a reason, or read to columns of the types that were asked for.
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "model/formats/process/frames.h"

namespace {

using mooring::data::Type;

std::shared_ptr<const mooring::data::Schema> Wanted() {
  auto schema = mooring::data::Schema::Make({{"a", Type::kFloat64, true, nullptr},
                                             {"b", Type::kString, true, nullptr},
                                             {"c", Type::kBool, true, nullptr},
                                             {"d", Type::kInt32, true, nullptr}});
  if (!schema.ok()) std::abort();
  return std::make_shared<const mooring::data::Schema>(std::move(schema).value());
}

void CheckColumns(const mooring::data::Batch& read, std::size_t rows) {
  for (std::size_t i = 0; i < read.width(); ++i) {
    if (read.column(i).size() != rows) std::abort();
  }
  for (const std::uint8_t value : read.column(2).Values<std::uint8_t>()) {
    if (value > 1) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto kWanted = Wanted();
  const mooring::ByteSpan all(reinterpret_cast<const std::byte*>(bytes), size);
  if (size < mooring::model::kFrameHeaderBytes) return 0;
  const mooring::ByteSpan head = all.first(mooring::model::kFrameHeaderBytes);
  const mooring::ByteSpan payload = all.subspan(head.size());
  const auto header = mooring::model::ReadFrameHeader(head);
  if (header.ok() && header->payload > mooring::model::kFramePayloadBytes) std::abort();
  const auto failure = mooring::model::ReadFailure(payload);
  if (failure.ok() && failure->message.size() > mooring::model::kFailureTextBytes) std::abort();
  for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{9}}) {
    mooring::data::Batch read(kWanted);
    if (mooring::model::ReadPredicted(payload, rows, read).ok()) CheckColumns(read, rows);
  }
  return 0;
}
