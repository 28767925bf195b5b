#include "model/formats/onnx_walk.h"

#include <algorithm>
#include <array>
#include <limits>

#include "model/formats/protobuf_reader.h"

namespace mooring::model {
namespace {

constexpr std::size_t kDepth = 8;  // of graphs inside of attributes (If)
constexpr std::size_t kNodes = 1'000'000;
constexpr std::size_t kDimensions = 16;

Error Bad(std::string what) { return Error(Code::kInvalidArgument, "ONNX: " + std::move(what)); }

Error Unsupported(std::string what, std::string help) {
  return Error(Code::kUnsupported, "ONNX: " + std::move(what)).Help(std::move(help));
}

std::string Short(ByteSpan bytes) { return std::string(AsText(bytes).substr(0, 64)); }

class Walk {
 public:
  Result<OnnxFacts> Model(ByteSpan bytes) {
    bool has_graph = false;
    ProtobufReader in(bytes);
    while (!in.AtEnd()) {
      ASSIGN_OR_RETURN(const ProtobufField field, in.Next());
      switch (field.number) {
        case 7:
          if (has_graph || field.wire_type != 2) return Bad("more than one graph");
          has_graph = true;
          RETURN_IF_ERROR(Graph(field.bytes, 0));
          break;
        case 8: RETURN_IF_ERROR(Opset(field)); break;
        case 20: return Unsupported("training information", "export the model for inference");
        case 25:
          return Unsupported("functions of the model's own",
                             "export without custom functions, or inline them (onnx.inliner)");
        default: break;
      }
    }
    if (!has_graph) return Bad("no graph");
    return std::move(facts_);
  }

 private:
  Status CheckDomain(ByteSpan domain, std::string_view what) {
    constexpr std::array<std::string_view, 3> kDomains = {"", "ai.onnx", "ai.onnx.ml"};
    if (std::ranges::find(kDomains, AsText(domain)) != kDomains.end()) return Ok();
    return Unsupported(std::string(what) + " of the domain '" + Short(domain) + "'",
                       "export with the standard operators only (ai.onnx and ai.onnx.ml)");
  }

  Status Opset(const ProtobufField& opset) {
    if (opset.wire_type != 2) return Bad("a damaged opset");
    ProtobufReader in(opset.bytes);
    while (!in.AtEnd()) {
      ASSIGN_OR_RETURN(const ProtobufField field, in.Next());
      // Converters declare domains that no node uses: nodes are what counts.
      if (field.number == 1 && field.wire_type != 2) return Bad("a damaged opset");
    }
    return Ok();
  }

  Status Graph(ByteSpan bytes, std::size_t depth) {
    if (depth > kDepth) return Bad("graphs nested too deeply");
    ProtobufReader in(bytes);
    while (!in.AtEnd()) {
      ASSIGN_OR_RETURN(const ProtobufField field, in.Next());
      if (field.number != 1 && field.number != 5 && field.number != 15) continue;
      if (field.wire_type != 2) return Bad("a damaged graph");
      if (field.number == 1) RETURN_IF_ERROR(Node(field.bytes, depth));
      if (field.number == 5) RETURN_IF_ERROR(Tensor(field.bytes));
      if (field.number == 15) return Unsupported("sparse initialisers", "export dense ones");
    }
    return Ok();
  }

  Status Node(ByteSpan bytes, std::size_t depth) {
    if (++facts_.nodes > kNodes) return Bad("too many nodes");
    ProtobufReader in(bytes);
    while (!in.AtEnd()) {
      ASSIGN_OR_RETURN(const ProtobufField field, in.Next());
      if (field.number == 4) RETURN_IF_ERROR(Operator(field.bytes));
      if (field.number == 5) RETURN_IF_ERROR(Attribute(field.bytes, depth));
      if (field.number == 7) RETURN_IF_ERROR(CheckDomain(field.bytes, "an operator"));
    }
    return Ok();
  }

  Status Operator(ByteSpan name) {
    const std::string_view text = AsText(name);
    if (text == "ZipMap") {
      return Unsupported("an output that is a list of maps (ZipMap)",
                         "export with skl2onnx options={id(model): {'zipmap': False}}");
    }
    if (text == "Loop" || text == "Scan") {
      return Unsupported("the operator " + std::string(text),
                         "loops have no bound here: unroll them at export");
    }
    if (std::ranges::find(facts_.operators, text) == facts_.operators.end()) {
      if (facts_.operators.size() >= 1024) return Bad("too many kinds of operators");
      facts_.operators.emplace_back(text.substr(0, 64));
    }
    return Ok();
  }

  Status Attribute(ByteSpan bytes, std::size_t depth) {
    ProtobufReader in(bytes);
    while (!in.AtEnd()) {
      ASSIGN_OR_RETURN(const ProtobufField field, in.Next());
      switch (field.number) {
        case 5:
        case 10: RETURN_IF_ERROR(Tensor(field.bytes)); break;
        case 6:
        case 11: RETURN_IF_ERROR(Graph(field.bytes, depth + 1)); break;
        case 22:
        case 23: return Unsupported("sparse tensors", "export dense ones");
        default: break;
      }
    }
    return Ok();
  }

  // A tensor that declares more elements than it has bytes would make the runtime allocate for
  // nothing.
  Status Tensor(ByteSpan bytes) {
    std::uint64_t elements = 1, content = 0;
    std::size_t dimensions = 0;
    ProtobufReader in(bytes);
    while (!in.AtEnd()) {
      ASSIGN_OR_RETURN(const ProtobufField field, in.Next());
      switch (field.number) {
        case 1:
          RETURN_IF_ERROR(Dimensions(field, elements, dimensions));
          break;
        case 4:
        case 5:
        case 6:
        case 7:
        case 9:
        case 10:
        case 11: content += field.wire_type == 0 ? 1 : field.bytes.size() + 1; break;
        case 13: return External();
        case 14:
          if (field.value != 0 || field.wire_type != 0) return External();
          break;
        default: break;
      }
    }
    if (elements > content && elements != 0)
        return Bad("a tensor with less content than its shape");
    return Ok();
  }

  static Error External() {
    return Unsupported("external data",
        "save the model in one file (onnx.save without external data)");
  }

  // One dimension, or packed ones.
  static Status Dimensions(const ProtobufField& field, std::uint64_t& elements,
                           std::size_t& dimensions) {
    if (field.wire_type == 0) return Dimension(field.value, elements, dimensions);
    if (field.wire_type != 2) return Bad("a damaged shape");
    // Packed varints have no tags: read them as values of a message made of them alone.
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const std::byte byte : field.bytes) {
      if (shift >= 63) return Bad("a damaged shape");
      value |= static_cast<std::uint64_t>(byte & std::byte{0x7F}) << shift;
      shift += 7;
      if ((byte & std::byte{0x80}) != std::byte{0}) continue;
      RETURN_IF_ERROR(Dimension(value, elements, dimensions));
      value = 0;
      shift = 0;
    }
    return shift == 0 ? Ok() : Status(Bad("a damaged shape"));
  }

  static Status Dimension(std::uint64_t size, std::uint64_t& elements, std::size_t& dimensions) {
    if (++dimensions > kDimensions) return Bad("a tensor of too many dimensions");
    if (size > std::numeric_limits<std::int32_t>::max()) return Bad("a tensor too large");
    elements *= size;
    if (elements > std::numeric_limits<std::int32_t>::max()) return Bad("a tensor too large");
    return Ok();
  }

  OnnxFacts facts_;
};

}  // namespace

Result<OnnxFacts> WalkOnnx(ByteSpan bytes) {
  auto facts = Walk().Model(bytes);
  if (facts.ok() || facts.error().message().starts_with("ONNX: ")) return facts;
  return std::move(facts).error().Context("ONNX");
}

bool LooksLikeOnnx(ByteSpan bytes) {
  // ir_version comes first and is small; a graph follows somewhere, fields all known to ModelProto.
  if (bytes.size() < 4 || bytes[0] != std::byte{0x08} || bytes[1] > std::byte{0x40}) return false;
  ProtobufReader in(bytes);
  while (!in.AtEnd()) {
    auto field = in.Next();
    if (!field.ok()) return true;  // damaged, and said so by the walk
    if (field->number > 100) return false;
    if (field->number == 7) return true;
  }
  return false;
}

}  // namespace mooring::model
