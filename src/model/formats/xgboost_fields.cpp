#include "model/formats/xgboost_fields.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace mooring::model {
namespace {

Error Wrong(std::string_view key, std::string_view what) {
  return Error(Code::kInvalidArgument, "'" + std::string(key) + "' " + std::string(what));
}

}  // namespace

Result<const Document*> Member(const Document& object, std::string_view key) {
  const Document* member = object.Find(key);
  if (member == nullptr) return Wrong(key, "is missing");
  return member;
}

Result<const std::string*> TextMember(const Document& object, std::string_view key) {
  ASSIGN_OR_RETURN(const Document* member, Member(object, key));
  if (member->AsText() == nullptr) return Wrong(key, "is not text");
  return member->AsText();
}

Result<const Document::Numbers*> NumbersMember(const Document& object, std::string_view key,
                                               std::size_t size) {
  ASSIGN_OR_RETURN(const Document* member, Member(object, key));
  const Document::Numbers* numbers = member->AsNumbers();
  if (numbers == nullptr) return Wrong(key, "is not a list of numbers");
  if (numbers->size() != size) {
    return Wrong(key, "has " + std::to_string(numbers->size()) + " elements, not " +
                          std::to_string(size));
  }
  return numbers;
}

Result<std::int64_t> IntegerParameter(const Document& object, std::string_view key,
                                      std::int64_t otherwise) {
  const Document* member = object.Find(key);
  if (member == nullptr) return otherwise;
  if (const auto number = member->AsInteger(); number.has_value()) return *number;
  const std::string* text = member->AsText();
  std::int64_t value = 0;
  if (text == nullptr) return Wrong(key, "is not a whole number");
  const auto [stop, status] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (status != std::errc() || stop != text->data() + text->size()) {
    return Wrong(key, "is not a whole number");
  }
  return value;
}

Result<const Document::List*> ListMember(const Document& object, std::string_view key) {
  static const Document::List kEmpty;
  ASSIGN_OR_RETURN(const Document* member, Member(object, key));
  if (member->AsNumbers() != nullptr && member->AsNumbers()->empty()) return &kEmpty;
  if (member->AsList() == nullptr) return Wrong(key, "is not a list of what it should hold");
  return member->AsList();
}

Status OnlyKnown(const Document& object, std::initializer_list<std::string_view> known,
                 std::string_view place) {
  if (object.AsMembers() == nullptr) return Wrong(place, "is not an object");
  for (const auto& [key, unused] : *object.AsMembers()) {
    if (std::ranges::find(known, key) == known.end()) {
      return Error(Code::kUnsupported,
                   "unknown field '" + key.substr(0, 64) + "' in '" + std::string(place) + "'")
          .Why("it may change predictions, and this version of Mooring does not know how")
          .Help("save the model with XGBoost 1.7 to 3.3, or convert it to ONNX");
    }
  }
  return Ok();
}

double NumberOf(std::string_view text) {
  double number = 0;
  const auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = status == std::errc() && stop == text.data() + text.size();
  return whole ? number : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace mooring::model
