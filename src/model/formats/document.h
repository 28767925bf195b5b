// Document: a parsed JSON or UBJSON text, read once at registration and thrown away. Model files,
// the signature inside an MLmodel and the answers of remote scorers are Documents.
//
// Not for the request path: it allocates. Lists of numbers (and booleans, as 0 and 1) are kept
// flat, because they are nearly all of a tree model.
//
// Thread safety: like std::vector. Failure: every byte is taken for hostile; depth, number of
// values and sizes are bounded, duplicate keys and trailing bytes are refused. An Error says at
// which byte.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"

namespace mooring::model {

class Document {
 public:
  using Numbers = std::vector<double>;
  using List = std::vector<Document>;
  using Members = std::vector<std::pair<std::string, Document>>;
  using Value = std::variant<std::monostate, bool, double, std::string, Numbers, List, Members>;

  Document();
  explicit Document(Value value);
  // Out of line: inlined, g++ 12 warns of uninitialised members inside std::optional<Document>.
  Document(const Document&);
  Document(Document&&) noexcept;
  Document& operator=(const Document&);
  Document& operator=(Document&&) noexcept;
  ~Document();

  bool IsNull() const { return std::holds_alternative<std::monostate>(value_); }
  // Null pointers where the document is of another kind.
  const bool* AsBool() const { return std::get_if<bool>(&value_); }
  const double* AsNumber() const { return std::get_if<double>(&value_); }
  const std::string* AsText() const { return std::get_if<std::string>(&value_); }
  const Members* AsMembers() const { return std::get_if<Members>(&value_); }
  const Numbers* AsNumbers() const { return std::get_if<Numbers>(&value_); }
  // A list of anything but numbers; the empty list is a list of no numbers.
  const List* AsList() const { return std::get_if<List>(&value_); }
  // A whole number of any list or scalar that a double holds exactly.
  std::optional<std::int64_t> AsInteger() const;

  // The member of an object; null when this is no object or has no such member.
  const Document* Find(std::string_view key) const;

  Value& value() { return value_; }
  // "null", "true or false", "a number", "text", "a list", "an object"
  std::string_view kind() const;

 private:
  Value value_;
};

// How a text is read. Members named in `skipped` are checked for their form and dropped.
struct ReadOptions {
  std::span<const std::string_view> skipped = {};
  bool allow_nan = false;  // NaN and Infinity as bare words, as Python and XGBoost write them
  std::size_t depth = 64;
  std::size_t values = 4'000'000;  // not counting numbers inside flat lists
};

// RFC 8259, strict but for allow_nan.
Result<Document> ReadJson(std::string_view text, const ReadOptions& options);
// Universal Binary JSON, draft 12, big-endian: typed and counted containers and plain ones.
Result<Document> ReadUbjson(ByteSpan bytes, const ReadOptions& options);

// Flattens a list whose elements are all numbers or booleans; leaves others alone.
Document MakeList(Document::List list);

}  // namespace mooring::model
