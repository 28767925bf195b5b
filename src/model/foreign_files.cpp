#include "model/foreign_files.h"

#include <array>
#include <optional>

namespace mooring::model {
namespace {

struct Kind {
  std::string_view magic;
  std::size_t at;  // where the magic stands
  std::string_view name;
  std::string_view help;
};

constexpr std::string_view kUnpack = "unpack it and register what is inside";
constexpr std::string_view kOldBinary =
    "load it with the XGBoost that wrote it and save it with save_model('model.ubj')";
constexpr std::string_view kToOnnx = "convert the model to ONNX";
constexpr std::string_view kPickle =
    "a pickle runs code when it is read: save an XGBoost model with save_model('model.ubj'), a "
    "LightGBM one with booster_.save_model('model.txt'), a scikit-learn one through skl2onnx as "
    "ONNX, or keep it in its Python server and register a YAML descriptor of that: "
    "docs/reference/remote.md";

using namespace std::string_view_literals;
constexpr std::array kKinds = {
    Kind{"PK\x03\x04"sv, 0, "a zip archive (a PyTorch, Keras or .npz file is one too)", kUnpack},
    Kind{"PK\x05\x06"sv, 0, "an empty zip archive", kUnpack},
    Kind{"7z\xBC\xAF\x27\x1C"sv, 0, "a 7z archive", kUnpack},
    Kind{"Rar!\x1A\x07"sv, 0, "a RAR archive", kUnpack},
    Kind{"\x1F\x8B"sv, 0, "a gzip file", kUnpack},
    Kind{"BZh"sv, 0, "a bzip2 file", kUnpack},
    Kind{"\xFD" "7zXZ\0"sv, 0, "an xz file", kUnpack},
    Kind{"\x28\xB5\x2F\xFD"sv, 0, "a zstd file", kUnpack},
    Kind{"\x04\x22\x4D\x18"sv, 0, "an lz4 file", kUnpack},
    Kind{"ustar"sv, 257, "a tar archive", kUnpack},
    Kind{"\x89HDF\r\n\x1A\n"sv, 0, "an HDF5 file (Keras)", kToOnnx},
    Kind{"binf"sv, 0, "an XGBoost model in the old binary form", kOldBinary},
    Kind{"CBM1"sv, 0, "a CatBoost model", "save it with save_model(…, format='onnx')"},
    Kind{"\x93NUMPY"sv, 0, "a NumPy array", "register a model"},
    Kind{"PAR1"sv, 0, "a Parquet file", "register a model; data goes to `mooring predict`"},
    Kind{"TFL3"sv, 4, "a TensorFlow Lite model", kToOnnx},
    Kind{"\x7F" "ELF"sv, 0, "a program", "register a model"},
    Kind{"MOORFLT1"sv, 0, "a flat model of Mooring's own",
        "register the artifact it was made from"},
    Kind{"ZF"sv, 0, "a joblib file of an old version", kPickle},
};

// "cos\nsystem\n": the opcode that names what to import, as any pickle of a class starts.
bool StartsWithGlobal(std::string_view text) {
  if (!text.starts_with('c')) return false;
  text.remove_prefix(1);
  for (int name = 0; name < 2; ++name) {
    const std::size_t end = text.substr(0, 256).find('\n');
    if (end == std::string_view::npos || end == 0) return false;
    for (const char c : text.substr(0, end)) {
      const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '_' || c == '.';
      if (!fits) return false;
    }
    text.remove_prefix(end + 1);
  }
  return true;
}

// Protocols 2 to 5 say so in their first two bytes and end in '.'; 0 and 1 start with an opcode of
// theirs and end in '.' too.
bool LooksLikePickle(std::string_view text) {
  if (text.size() >= 2 && text[0] == '\x80' && text[1] >= 1 && text[1] <= 5) return true;
  if (text.size() < 4 || text.back() != '.') return false;
  if (StartsWithGlobal(text)) return true;
  constexpr std::string_view kOldStarts[] = {"(dp", "(lp", "(i", "}q", "]q", "(c"};
  for (const std::string_view start : kOldStarts) {
    if (text.starts_with(start)) return true;
  }
  return false;
}

// What follows the old binary form's first word is a learner's parameters without any magic: models
// of XGBoost before 1.0 start with a base score of 0.5 as float32.
bool LooksLikeOldXgboost(std::string_view text) {
  return text.size() > 64 && text.starts_with("\x00\x00\x00\x3F"sv);
}

Error Refuse(std::string_view file, std::string_view what, std::string_view help) {
  return Error(Code::kUnsupported, std::string(what) + ", which is not taken")
      .Where(std::string(file.substr(0, 200)))
      .Help(std::string(help));
}

std::optional<Error> NameMarkup(std::string_view name, std::string_view text) {
  const std::string_view head = text.substr(0, 4096);
  if (head.find("<PMML") != std::string_view::npos) return Refuse(name, "a PMML model", kToOnnx);
  if (head.starts_with("<!DOCTYPE") || head.starts_with("<html")) {
    return Refuse(name, "an HTML page", "the download went wrong: get the model's own file");
  }
  if (head.starts_with("version https://git-lfs")) {
    return Refuse(name, "a Git LFS pointer", "run `git lfs pull`");
  }
  return std::nullopt;
}

}  // namespace

Error NameForeignBytes(std::string_view name, ByteSpan bytes) {
  const std::string_view text = AsText(bytes);
  if (text.empty()) {
    return Error(Code::kInvalidArgument, "an empty file").Where(std::string(name.substr(0, 200)));
  }
  if (LooksLikePickle(text)) return Refuse(name, "a Python pickle or joblib file", kPickle);
  for (const Kind& kind : kKinds) {
    if (text.size() >= kind.at + kind.magic.size() &&
        text.substr(kind.at, kind.magic.size()) == kind.magic) {
      return Refuse(name, kind.name, kind.help);
    }
  }
  if (LooksLikeOldXgboost(text)) {
    return Refuse(name, "an XGBoost model in the old binary form", kOldBinary);
  }
  if (auto markup = NameMarkup(name, text); markup.has_value()) return *std::move(markup);
  return Refuse(name, "a file of no format that is known here",
                "taken are XGBoost JSON and UBJSON, LightGBM text, ONNX, MLflow model directories "
                "of these, and descriptors of remote models");
}

Error NameForeignFile(const Artifact& artifact) {
  if (artifact.files().size() == 1) {
    return NameForeignBytes(artifact.files()[0].path, artifact.files()[0].bytes);
  }
  for (const ArtifactFile& file : artifact.files()) {
    if (LooksLikePickle(AsText(file.bytes))) return NameForeignBytes(file.path, file.bytes);
  }
  return Error(Code::kUnsupported,
               "a directory of " + std::to_string(artifact.files().size()) +
                   " files without MLmodel")
      .Help("register an MLflow model directory, or the one model file");
}

}  // namespace mooring::model
