// Checked access to the members of a model document: each function names the field that is absent,
// of another kind or out of range.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "model/formats/document.h"

namespace mooring::model {

Result<const Document*> Member(const Document& object, std::string_view key);
Result<const std::string*> TextMember(const Document& object, std::string_view key);
// A list of whole numbers in [lowest, highest], or of any numbers. `size` must match.
Result<const Document::Numbers*> NumbersMember(const Document& object, std::string_view key,
                                               std::size_t size);
// XGBoost writes its parameters as text ("num_class": "3") and now and then as numbers.
Result<std::int64_t> IntegerParameter(const Document& object, std::string_view key,
                                      std::int64_t otherwise);
// A list without numbers: of texts or objects; an empty list of any kind.
Result<const Document::List*> ListMember(const Document& object, std::string_view key);

// kUnsupported when the object has a member that is not among `known`.
Status OnlyKnown(const Document& object, std::initializer_list<std::string_view> known,
                 std::string_view place);

// The whole of `text` as a number; NaN when it is none.
double NumberOf(std::string_view text);

}  // namespace mooring::model
