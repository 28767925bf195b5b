#include "model/formats/document.h"

#include <cmath>

namespace mooring::model {

Document::Document() = default;
Document::Document(Value value) : value_(std::move(value)) {}
Document::Document(const Document&) = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(const Document&) = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

std::optional<std::int64_t> Document::AsInteger() const {
  const double* number = AsNumber();
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (number == nullptr || !(std::fabs(*number) <= kExact)) return std::nullopt;
  if (*number != std::floor(*number)) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

const Document* Document::Find(std::string_view key) const {
  const Members* members = AsMembers();
  if (members == nullptr) return nullptr;
  for (const auto& [name, value] : *members) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::string_view Document::kind() const {
  constexpr std::string_view kKinds[] = {"null", "true or false", "a number", "text",
                                         "a list of numbers", "a list", "an object"};
  return kKinds[value_.index()];
}

Document MakeList(Document::List list) {
  Document::Numbers numbers;
  numbers.reserve(list.size());
  for (const Document& element : list) {
    if (element.AsNumber() != nullptr) {
      numbers.push_back(*element.AsNumber());
    } else if (element.AsBool() != nullptr) {
      numbers.push_back(*element.AsBool() ? 1.0 : 0.0);
    } else {
      return Document(std::move(list));
    }
  }
  return Document(std::move(numbers));
}

}  // namespace mooring::model
