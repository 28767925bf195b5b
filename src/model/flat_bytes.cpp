#include "model/flat_bytes.h"

#include "base/check.h"
#include "base/crypto/digest.h"
#include "base/limits.h"

namespace mooring::model {
namespace {

constexpr std::uint32_t kVersion = 2;
constexpr std::size_t kVersionAt = 8, kChecksumAt = 12, kNameAt = 16, kNameBytes = 16, kSizeAt = 32;

template <typename T>
T ReadAt(ByteSpan bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

Error Damaged(std::string what) {
  return Error(Code::kDataLoss, "flat model: " + std::move(what))
      .Help("compile the model's artifact again");
}

}  // namespace

FlatWriter::FlatWriter(std::string_view format) : bytes_(kFlatHeaderBytes, '\0') {
  CHECK(format.size() < kNameBytes);
  std::memcpy(bytes_.data(), kFlatMagic.data(), kFlatMagic.size());
  std::memcpy(bytes_.data() + kVersionAt, &kVersion, sizeof(kVersion));
  std::memcpy(bytes_.data() + kNameAt, format.data(), format.size());
}

void FlatWriter::PutText(std::string_view text) {
  Put(static_cast<std::uint32_t>(text.size()));
  bytes_.append(text);
}

void FlatWriter::PutSignature(const Signature& signature) {
  Put(static_cast<std::uint32_t>(signature.inputs->size()));
  for (const data::Field& field : signature.inputs->fields()) {
    PutText(field.name);
    Put(static_cast<std::uint8_t>(field.type));
    Put(static_cast<std::uint8_t>(field.nullable));
    const std::size_t known = field.dictionary == nullptr ? 0 : field.dictionary->size();
    Put(static_cast<std::uint32_t>(known));
    for (std::size_t code = 0; code < known; ++code) PutText(field.dictionary->value(code));
  }
  Put(static_cast<std::uint32_t>(signature.outputs.size()));
  for (const Output& output : signature.outputs) {
    PutText(output.name);
    Put(static_cast<std::uint8_t>(output.type));
    Put(static_cast<std::uint32_t>(output.width));
  }
}

std::string FlatWriter::Finish() && {
  const std::uint64_t size = bytes_.size();
  std::memcpy(bytes_.data() + kSizeAt, &size, sizeof(size));
  const std::uint32_t sum = Crc32c(AsBytes(bytes_).subspan(kNameAt));
  std::memcpy(bytes_.data() + kChecksumAt, &sum, sizeof(sum));
  return std::move(bytes_);
}

Result<std::string> FlatFormatName(ByteSpan flat) {
  if (flat.size() < kFlatHeaderBytes || !AsText(flat).starts_with(kFlatMagic)) {
    return Damaged("no such header");
  }
  if (const auto version = ReadAt<std::uint32_t>(flat, kVersionAt); version != kVersion) {
    return Error(Code::kFailedPrecondition,
                 "flat model of version " + std::to_string(version) + ", not " +
                     std::to_string(kVersion))
        .Help("compile the model's artifact again");
  }
  const std::string_view name = AsText(flat).substr(kNameAt, kNameBytes);
  return std::string(name.substr(0, name.find('\0')));
}

Result<FlatReader> FlatReader::Open(ByteSpan flat, std::string_view format) {
  ASSIGN_OR_RETURN(const std::string name, FlatFormatName(flat));
  if (name != format) return Damaged("of another format");
  if (ReadAt<std::uint64_t>(flat, kSizeAt) != flat.size()) return Damaged("of another size");
  if (reinterpret_cast<std::uintptr_t>(flat.data()) % 16 != 0) {
    return Error(Code::kInternal, "flat model bytes must start at a multiple of 16");
  }
  if (ReadAt<std::uint32_t>(flat, kChecksumAt) != Crc32c(flat.subspan(kNameAt))) {
    return Damaged("the checksum does not match");
  }
  return FlatReader(flat);
}

Error FlatReader::Short() const { return Damaged("a field ends behind the last byte"); }

Result<std::string> FlatReader::GetText() {
  ASSIGN_OR_RETURN(const auto size, Get<std::uint32_t>());
  if (size > bytes_.size() - at_) return Short();
  std::string text(AsText(bytes_.subspan(at_, size)));
  at_ += size;
  return text;
}

Result<Signature> FlatReader::GetSignature() {
  ASSIGN_OR_RETURN(const auto inputs, Get<std::uint32_t>());
  if (inputs > limits::kColumns) return Damaged("too many inputs");
  std::vector<data::Field> fields(inputs);
  for (data::Field& field : fields) {
    ASSIGN_OR_RETURN(field.name, GetText());
    ASSIGN_OR_RETURN(const auto type, Get<std::uint8_t>());
    ASSIGN_OR_RETURN(const auto nullable, Get<std::uint8_t>());
    ASSIGN_OR_RETURN(const auto known, Get<std::uint32_t>());
    field.type = static_cast<data::Type>(type);
    if (data::TypeName(field.type) == "unknown") return Damaged("an input of no known type");
    field.nullable = nullable != 0;
    if (known > limits::kCategories) return Damaged("too many categories");
    std::vector<std::string> values(known);
    for (std::string& value : values) {
      ASSIGN_OR_RETURN(value, GetText());
    }
    if (known == 0) continue;
    ASSIGN_OR_RETURN(field.dictionary, data::Dictionary::Make(std::move(values)));
  }
  ASSIGN_OR_RETURN(data::Schema schema, data::Schema::Make(std::move(fields)));
  ASSIGN_OR_RETURN(const auto count, Get<std::uint32_t>());
  if (count > limits::kModelOutputs) return Damaged("too many outputs");
  std::vector<Output> outputs(count);
  std::size_t width = 0;
  for (Output& output : outputs) {
    ASSIGN_OR_RETURN(output.name, GetText());
    ASSIGN_OR_RETURN(const auto type, Get<std::uint8_t>());
    ASSIGN_OR_RETURN(output.width, Get<std::uint32_t>());
    output.type = static_cast<data::Type>(type);
    if (data::TypeName(output.type) == "unknown") return Damaged("an output of no known type");
    width += output.width;
    if (width > limits::kModelOutputs) return Damaged("outputs too wide");
  }
  return MakeSignature(std::move(schema), std::move(outputs));
}

Status FlatReader::Finish() const {
  if (at_ != bytes_.size()) return Damaged("bytes after the last field");
  return Ok();
}

}  // namespace mooring::model
