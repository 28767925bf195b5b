#include "model/format.h"

#include <array>

#include "model/flat_bytes.h"
#include "model/foreign_files.h"
#include "model/formats/formats.h"
#include "model/formats/xgboost_booster.h"

namespace mooring::model {
namespace {

// Bytes that do not start at a multiple of 16 cannot be used in place: a copy that can.
struct AlignedCopy {
  explicit AlignedCopy(ByteSpan bytes) : text(AsText(bytes)) {}
  std::string text;  // longer than any small string, so from the heap, and aligned
};

}  // namespace

std::span<const Format* const> AllFormats() {
  static const std::array formats = {&MlflowFormat(), &LightgbmFormat(), &XgboostFormat(),
                                     &XgboostLibraryFormat(), &OnnxFormat(), &PythonFormat(),
                                     &RemoteFormat()};
  return formats;
}

Result<std::string> Compile(const Artifact& artifact) {
  if (artifact.files().empty()) {
    return Error(Code::kInvalidArgument, "a model without files");
  }
  for (const Format* format : AllFormats()) {
    if (!format->Recognises(artifact)) continue;
    auto flat = format->Compile(artifact);
    if (flat.ok()) return flat;
    return std::move(flat).error().Context(format->name());
  }
  return NameForeignFile(artifact);
}

Result<std::unique_ptr<Predictor>> Load(ByteSpan flat, std::shared_ptr<const void> owner,
                                        const LoadOptions& options) {
  ASSIGN_OR_RETURN(const std::string name, FlatFormatName(flat));
  if (reinterpret_cast<std::uintptr_t>(flat.data()) % 16 != 0) {
    auto copy = std::make_shared<const AlignedCopy>(flat);
    flat = AsBytes(copy->text);
    owner = std::move(copy);
  }
  for (const Format* format : AllFormats()) {
    if (format->name() != name) continue;
    auto predictor = format->Load(flat, std::move(owner), options);
    if (predictor.ok()) return predictor;
    return std::move(predictor).error().Context(format->name());
  }
  return Error(Code::kUnsupported, "flat model of the unknown format '" + name + "'");
}

}  // namespace mooring::model
