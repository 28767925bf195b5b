// JsonPull: reads one JSON document from front to back without building a tree, strictly, for the
// hot path of every protocol. For files and small administrative bodies use base/text/json.h.
//
//   JsonPull json(body);
//   if (json.EnterObject()) {
//     for (std::string_view key; json.NextKey(key);) {
//       if (key == "n") json.Read(scalar); else json.Skip();
//     }
//   }
//   RETURN_IF_ERROR(json.Finish());            // errors of all calls, and bytes after the document
//
// After the first error every call returns false and does nothing. Strict: RFC 8259 and UTF-8 only;
// no byte order mark, comments, NaN (unless asked for), numbers beyond a double, lone surrogates,
// nesting beyond limits::kJsonDepth. What is skipped is checked as well. Keys that come twice are
// the caller's to find. Numbers are exact: integers of 64 bits stay integers, others are correctly
// rounded.
//
// Thread safety: none. Ownership: views into `text`, which outlives the reader and has a readable
// byte behind it (a std::string has); unescaped text lives until the next string is read. Cost:
// about 10 ns a key with a number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace mooring::api {

class JsonPull {
 public:
  enum class Kind : std::uint8_t {
    kNull,
    kBool,
    kInteger,
    kUnsigned,
    kHugeInteger,
    kNumber,
    kText,
    kArray,
    kObject,
    kNothing
  };
  struct Scalar {
    Kind kind = Kind::kNull;
    bool boolean = false;
    std::int64_t integer = 0;  // kInteger
    std::uint64_t whole = 0;   // kUnsigned: beyond int64
    double number = 0;         // any number
    std::string_view text;     // kText
  };
  enum class Tokens : std::uint8_t { kStrict, kNanAllowed };  // as Python's json module writes them

  explicit JsonPull(std::string_view text, Tokens tokens = Tokens::kStrict);

  // What comes next, by its first byte: kArray, kObject, kText, kNull, kBool, kNumber for any
  // number, or kNothing when no value can start here.
  Kind Peek();
  bool EnterObject() { return Enter('{'); }
  bool EnterArray() { return Enter('['); }
  // The next member's key, before its value; false at the end of the object, which is then left.
  bool NextKey(std::string_view& key);
  // True when another element follows; false at the end of the array, which is then left.
  bool NextElement();
  // A value that is neither array nor object.
  bool Read(Scalar& scalar);
  // Passes over one value of any kind, checking it.
  bool Skip();

  // A place before a value, to come back to: members may come in any order.
  struct Place {
    const char* at = nullptr;
    std::size_t depth = 0;
    std::uint32_t firsts = 0;
  };
  Place Mark() {
    SkipBlanks();
    return {at_, depth_, firsts_};
  }
  void Return(const Place& place) {
    at_ = place.at;
    depth_ = place.depth;
    firsts_ = place.firsts;
  }

  bool ok() const { return problem_ == nullptr; }
  // Notes a problem at the present place; `what` is a literal.
  bool Fail(const char* what);
  // The first problem with line and column, or Ok when the whole document was read.
  Status Finish();
  Status status() const;
  // Byte offset of the first problem, or of the present place.
  std::size_t offset() const {
    return static_cast<std::size_t>((problem_ ? problem_at_ : at_) - begin_);
  }

 private:
  void SkipBlanks() {
    while (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t') ++at_;
  }
  bool Enter(char open);
  bool Leave() {
    --depth_;
    return false;
  }
  bool ReadText(std::string_view& text);
  bool ReadEscaped(const char* start, std::string_view& text);
  bool ReadEscape();
  bool ReadHex(std::uint32_t& code);
  bool CheckUtf8();
  // The digits of a number that is being read.
  struct Digits {
    const char* start;  // with the sign
    const char* first;
    bool negative;
    std::size_t all = 0, whole = 0;  // digits; those before the point
    std::uint64_t mantissa = 0;      // wraps beyond 19 digits
    void Take(char digit) {
      mantissa = mantissa * 10 + static_cast<std::uint64_t>(digit - '0');
      ++all;
    }
  };
  bool ReadNumber(Scalar& scalar);
  bool ReadInteger(const Digits& digits, Scalar& scalar);
  bool ReadFraction(Digits& digits, Scalar& scalar);
  bool ReadLiteral(std::string_view literal);
  bool ReadNan(Scalar& scalar);

  const char* begin_;
  const char* at_;
  const char* end_;
  std::size_t depth_ = 0;
  std::uint32_t firsts_ = 0;  // bit d: nothing was read yet in the container at depth d + 1
  Tokens tokens_;
  const char* problem_ = nullptr;
  const char* problem_at_ = nullptr;
  std::string unescaped_;
};
static_assert(limits::kJsonDepth <= 32, "one bit of firsts_ for each level");

}  // namespace mooring::api
