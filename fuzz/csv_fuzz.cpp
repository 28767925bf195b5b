// Any bytes as CSV: a schema guessed from them must read them or refuse with a place, in pieces
// as at once, and what was read must come back the same after being written.
#include <cstdint>
#include <cstdlib>

#include "data/table/csv.h"

namespace {

using namespace mooring;  // NOLINT: a program of one file

std::string Written(const data::Batch& batch) {
  std::string text;
  data::WriteCsv(batch, {}, text);
  return text;
}

bool IsTheSameInPieces(std::string_view text, const std::shared_ptr<const data::Schema>& schema,
                       const data::Batch& whole) {
  auto reader = data::CsvReader::Open(text, schema, {});
  if (!reader.ok()) return false;
  data::Batch pieces(schema);
  for (;;) {
    const auto read = reader->Read(pieces, 3);
    if (!read.ok()) return false;
    if (*read == 0) return Written(pieces) == Written(whole);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  auto guessed = data::InferCsvSchema(text, {}, 100);
  if (!guessed.ok()) return 0;
  const auto schema = std::make_shared<const data::Schema>(*std::move(guessed));
  const auto batch = data::ParseCsv(text, schema, {}, 10'000);
  if (!batch.ok()) {
    if (batch.error().where().empty() || batch.error().message().empty()) std::abort();
    return 0;
  }
  if (!IsTheSameInPieces(text, schema, *batch)) std::abort();
  const std::string once = Written(*batch);
  const auto again = data::ParseCsv(once, schema, {}, 10'000);
  if (!again.ok() || Written(*again) != once) std::abort();
  return 0;
}
