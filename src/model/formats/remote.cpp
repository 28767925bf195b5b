#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "model/flat_bytes.h"
#include "model/formats/formats.h"
#include "model/formats/remote_protocol.h"

namespace mooring::model {
namespace {

constexpr std::size_t kDescriptorBytes = 256 * 1024;
constexpr std::uint32_t kLongestTimeout = 600'000;

Error Bad(std::string what) { return Error(Code::kInvalidArgument, std::move(what)); }

std::string TextOf(const YAML::Node& node) {
  return node && node.IsScalar() ? node.Scalar() : std::string();
}

Result<std::uint32_t> NumberOf(const YAML::Node& node, std::uint32_t otherwise,
    std::uint32_t limit) {
  if (!node) return otherwise;
  const std::string text = TextOf(node);
  std::uint32_t number = 0;
  const auto end = text.data() + text.size();
  const auto [stop, status] = std::from_chars(text.data(), end, number);
  if (status != std::errc() || stop != end || number == 0 || number > limit) {
    return Bad("'" + text.substr(0, 64) + "' is not a number from 1 to " + std::to_string(limit));
  }
  return number;
}

Status OnlyKnown(const YAML::Node& map, std::initializer_list<std::string_view> known) {
  if (!map.IsMap()) return Bad("expected a map");
  for (const auto& member : map) {
    const std::string key = TextOf(member.first);
    if (std::ranges::find(known, key) == known.end()) {
      return Bad("unknown key '" + key.substr(0, 64) + "'");
    }
  }
  return Ok();
}

Result<data::Field> ReadInput(const YAML::Node& node) {
  RETURN_IF_ERROR(OnlyKnown(node, {"name", "type", "nullable"}));
  data::Field field;
  field.name = TextOf(node["name"]);
  ASSIGN_OR_RETURN(field.type, data::ParseType(TextOf(node["type"])));
  field.nullable = TextOf(node["nullable"]) == "true";
  return field;
}

Result<Output> ReadOutput(const YAML::Node& node) {
  RETURN_IF_ERROR(OnlyKnown(node, {"name", "type", "width"}));
  Output output;
  output.name = TextOf(node["name"]);
  if (output.name.empty()) return Bad("an output without a name");
  ASSIGN_OR_RETURN(output.type, data::ParseType(TextOf(node["type"])));
  ASSIGN_OR_RETURN(output.width, NumberOf(node["width"], 1, limits::kModelOutputs));
  return output;
}

Result<Signature> ReadSignature(const YAML::Node& remote) {
  std::vector<data::Field> fields;
  std::vector<Output> outputs;
  std::size_t width = 0;
  for (const auto& node : remote["inputs"]) {
    ASSIGN_OR_RETURN(data::Field field, ReadInput(node));
    fields.push_back(std::move(field));
  }
  for (const auto& node : remote["outputs"]) {
    ASSIGN_OR_RETURN(Output output, ReadOutput(node));
    width += output.width;
    outputs.push_back(std::move(output));
  }
  if (fields.empty() || outputs.empty()) return Bad("a remote model needs inputs and outputs");
  if (width > limits::kModelOutputs) return Bad("too many outputs a row");
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  return MakeSignature(std::move(schema), std::move(outputs));
}

// Part of a URL's path: letters, digits, '-', '_' and '.', and not "." or "..".
bool IsModelName(std::string_view name) {
  if (name.empty() || name.size() > limits::kNameBytes || name[0] == '.') return false;
  return std::ranges::all_of(name, [](const char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

Result<RemoteScorer> ReadRemote(const YAML::Node& root) {
  RETURN_IF_ERROR(OnlyKnown(root, {"remote"}));
  const YAML::Node remote = root["remote"];
  RETURN_IF_ERROR(OnlyKnown(remote, {"url", "protocol", "model", "timeout_ms", "inputs",
      "outputs"}));
  RemoteScorer scorer;
  scorer.url = TextOf(remote["url"]);
  while (scorer.url.ends_with('/')) scorer.url.pop_back();
  const bool web = scorer.url.starts_with("http://") || scorer.url.starts_with("https://");
  if ((!web && !scorer.url.starts_with("unix:/")) ||
      scorer.url.size() > limits::kRequestTargetBytes) {
    return Bad("'url' starts with http://, https:// or unix:/");
  }
  scorer.protocol = TextOf(remote["protocol"]);
  if (scorer.protocol != "open_inference" && scorer.protocol != "mlflow") {
    return Bad("'protocol' is open_inference or mlflow");
  }
  scorer.model = TextOf(remote["model"]);
  if (scorer.protocol == "open_inference" && !IsModelName(scorer.model)) {
    return Bad("'model' is the name of the model at the remote scorer");
  }
  ASSIGN_OR_RETURN(scorer.timeout_ms, NumberOf(remote["timeout_ms"], 1000, kLongestTimeout));
  ASSIGN_OR_RETURN(scorer.signature, ReadSignature(remote));
  return scorer;
}

class RemotePredictor final : public Predictor {
 public:
  RemotePredictor(RemoteScorer scorer, Transport& transport)
      : scorer_(std::move(scorer)), transport_(transport) {}

  const Signature& signature() const override { return scorer_.signature; }
  Cost cost() const override { return Cost::kPooled; }
  std::size_t memory_bytes() const override { return sizeof(*this) + 64 * limits::kKiB; }

  Status Predict(const data::Batch& rows, data::Batch& predictions) const override {
    predictions.Clear();
    if (rows.rows() == 0) return Ok();
    if (rows.width() < scorer_.signature.inputs->size()) {
      return Error(Code::kInvalidArgument, std::to_string(rows.width()) + " columns")
          .Why("the model takes " + std::to_string(scorer_.signature.inputs->size()));
    }
    ASSIGN_OR_RETURN(const HttpCall call, MakeRemoteCall(scorer_, rows));
    ASSIGN_OR_RETURN(const HttpAnswer answer, transport_.Send(call));
    if (Status read = ReadRemoteAnswer(scorer_, answer, rows.rows(), predictions); !read.ok()) {
      predictions.Clear();
      return read;
    }
    predictions.SetRows(rows.rows());
    return Ok();
  }

 private:
  RemoteScorer scorer_;
  Transport& transport_;
};

class Remote final : public Format {
 public:
  std::string_view name() const override { return "remote"; }
  std::string_view summary() const override { return "an existing HTTP scorer, described in YAML"; }
  std::string_view documentation() const override {
    return "A YAML or JSON file that describes a scorer which Mooring stands in front of:\n"
           "  remote:\n"
           "    url: http://127.0.0.1:5001\n"
           "    protocol: mlflow            # or open_inference, with `model: name`\n"
           "    timeout_ms: 500\n"
           "    inputs:  [{name: age, type: int64}, {name: pay, type: float64, nullable: true}]\n"
           "    outputs: [{name: prediction, type: float64}]\n"
           "docs/reference/remote.md tells more.";
  }

  bool Recognises(const Artifact& artifact) const override {
    if (artifact.files().size() != 1) return false;
    std::string_view text = AsText(artifact.files()[0].bytes);
    if (text.size() > kDescriptorBytes) return false;
    const std::size_t start = text.find_first_not_of(" \t\r\n{\"'");
    return start != std::string_view::npos && text.substr(start).starts_with("remote");
  }

  Result<std::string> Compile(const Artifact& artifact) const override {
    RemoteScorer scorer;
    try {
      const YAML::Node root = YAML::Load(std::string(AsText(artifact.files()[0].bytes)));
      ASSIGN_OR_RETURN(scorer, ReadRemote(root));
    } catch (const std::exception& problem) {  // yaml-cpp throws
      return Bad(problem.what());
    }
    FlatWriter out(name());
    out.PutText(scorer.url);
    out.PutText(scorer.protocol);
    out.PutText(scorer.model);
    out.Put(scorer.timeout_ms);
    out.PutSignature(scorer.signature);
    return std::move(out).Finish();
  }

  Result<std::unique_ptr<Predictor>> Load(ByteSpan flat, std::shared_ptr<const void>,
                                          const LoadOptions& options) const override {
    if (options.transport == nullptr) {
      return Error(Code::kFailedPrecondition, "remote models are switched off here");
    }
    ASSIGN_OR_RETURN(FlatReader in, FlatReader::Open(flat, name()));
    RemoteScorer scorer;
    ASSIGN_OR_RETURN(scorer.url, in.GetText());
    ASSIGN_OR_RETURN(scorer.protocol, in.GetText());
    ASSIGN_OR_RETURN(scorer.model, in.GetText());
    ASSIGN_OR_RETURN(scorer.timeout_ms, in.Get<std::uint32_t>());
    ASSIGN_OR_RETURN(scorer.signature, in.GetSignature());
    RETURN_IF_ERROR(in.Finish());
    return std::unique_ptr<Predictor>(
        std::make_unique<RemotePredictor>(std::move(scorer), *options.transport));
  }
};

}  // namespace

const Format& RemoteFormat() {
  static const Remote format;
  return format;
}

}  // namespace mooring::model
