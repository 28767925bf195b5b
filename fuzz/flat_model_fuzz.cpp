// Compiled models as they lie in the store, with version, size and checksum put right: what
// these cannot tell is refused at load by its own checks, or predicts, and never reads outside.
#include <cstring>

#include "base/crypto/digest.h"
#include "model_bytes.h"

namespace {

// docs/formats/flat_model.md.
constexpr std::size_t kVersionAt = 8, kChecksumAt = 12, kSizeAt = 32;

void Seal(std::string& flat) {
  static const std::string ours = mooring::model::FlatWriter("xgboost").Finish();
  if (flat.size() < mooring::model::kFlatHeaderBytes) return;
  std::memcpy(flat.data() + kVersionAt, ours.data() + kVersionAt, kChecksumAt - kVersionAt);
  const std::uint64_t size = flat.size();
  std::memcpy(flat.data() + kSizeAt, &size, sizeof(size));
  const std::uint32_t crc = mooring::Crc32c(mooring::AsBytes(flat).subspan(kChecksumAt + 4));
  std::memcpy(flat.data() + kChecksumAt, &crc, sizeof(crc));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  // A copy with the alignment that a mapping has.
  std::string flat(reinterpret_cast<const char*>(bytes), size);
  Seal(flat);
  const auto predictor = mooring::model::Load(mooring::AsBytes(flat), nullptr, {});
  if (predictor.ok()) mooring::fuzz::PredictRows(**predictor);
  return 0;
}
