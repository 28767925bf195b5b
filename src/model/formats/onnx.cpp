#include "model/formats/onnx.h"

#include "base/limits.h"
#include "model/flat_bytes.h"
#include "model/formats/formats.h"
#include "model/formats/onnx_predictor.h"
#include "model/formats/onnx_walk.h"

namespace mooring::model {
namespace {

class Onnx final : public Format {
 public:
  std::string_view name() const override { return "onnx"; }
  std::string_view summary() const override { return "ONNX model, run by ONNX Runtime"; }
  std::string_view documentation() const override {
    return "One .onnx file of standard operators (ai.onnx, ai.onnx.ml): networks, scikit-learn\n"
           "pipelines by skl2onnx. Inputs are one tensor of rows x features (named f0, f1, …), or\n"
           "one tensor a column, of float, double, int32, int64 or bool. Runs on one thread of\n"
           "the scoring pool; needs libonnxruntime.so.1 at run time.\n"
           "Not taken: external data, other operator domains, loops, ZipMap, text tensors.";
  }

  bool Recognises(const Artifact& artifact) const override {
    return artifact.files().size() == 1 && LooksLikeOnnx(artifact.files()[0].bytes);
  }

  Result<std::string> Compile(const Artifact& artifact) const override {
    return CompileOnnx(artifact.files()[0].bytes, {});
  }

  Result<std::unique_ptr<Predictor>> Load(ByteSpan flat, std::shared_ptr<const void>,
                                          const LoadOptions& options) const override {
    ASSIGN_OR_RETURN(FlatReader in, FlatReader::Open(flat, name()));
    ASSIGN_OR_RETURN(const auto count, in.Get<std::uint32_t>());
    if (count > limits::kColumns) return Error(Code::kDataLoss, "too many input names");
    std::vector<std::string> names(count);
    for (std::string& input : names) {
      ASSIGN_OR_RETURN(input, in.GetText());
    }
    ASSIGN_OR_RETURN(const auto bytes, in.GetArray<std::byte>());
    RETURN_IF_ERROR(in.Finish());
    RETURN_IF_ERROR(WalkOnnx(bytes));
    ASSIGN_OR_RETURN(auto session, OnnxSession::Make(bytes, options.library_directory));
    return MakeOnnxPredictor(std::move(session), std::move(names), bytes.size());
  }
};

}  // namespace

Result<std::string> CompileOnnx(ByteSpan bytes, const std::vector<std::string>& input_names) {
  RETURN_IF_ERROR(WalkOnnx(bytes));
  FlatWriter out(OnnxFormat().name());
  out.Put(static_cast<std::uint32_t>(input_names.size()));
  for (const std::string& name : input_names) out.PutText(name);
  out.PutArray<std::byte>(bytes);
  return std::move(out).Finish();
}

const Format& OnnxFormat() {
  static const Onnx format;
  return format;
}

}  // namespace mooring::model
