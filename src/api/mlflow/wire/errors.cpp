#include "api/mlflow/wire/errors.h"

#include "base/text/json_writer.h"

namespace mooring::api::mlflow {
namespace {

constexpr std::string_view kDocs =
    " See the API docs for more information about request parameters.";

std::string Quoted(std::string_view path) { return "'" + std::string(path) + "'"; }

std::string Cut(std::string_view json) {
  if (json.size() <= kShownBytes) return std::string(json);
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(json[end]) & 0xC0) == 0x80) --end;
  return std::string(json.substr(0, end)) + "...";
}

}  // namespace

Error Invalid(std::string text) { return Error(Code::kInvalidArgument, std::move(text)); }

Error MissingValue(std::string_view path) {
  return Invalid("Missing value for required parameter " + Quoted(path) + "." + std::string(kDocs));
}

Error InvalidValue(std::string_view path, std::string_view json, std::string_view detail) {
  return Invalid("Invalid value " + Cut(json) + " for parameter " + Quoted(path) +
                 " supplied: " + std::string(detail));
}

Error InvalidText(std::string_view path, std::string_view text, std::string_view detail) {
  std::string json;
  AppendJsonString(json, text);
  return InvalidValue(path, json, detail);
}

Error WrongType(std::string_view path, std::string_view json, std::string_view python_type) {
  return InvalidValue(
      path, json,
      " Hint: Value was of type '" + std::string(python_type) + "'." + std::string(kDocs));
}

Error TooLong(std::string_view path, std::size_t most) {
  return Invalid(Quoted(path) + " exceeds the maximum length of " + std::to_string(most) +
                 " characters");
}

}  // namespace mooring::api::mlflow
