#include "api/json/pull.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace mooring::api {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Powers of ten that a double holds exactly (Clinger 1990): with a mantissa below 2^53 one
// multiplication or division by them is correctly rounded.
constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::uint64_t kExactMantissa = std::uint64_t{1} << 53;

void AppendUtf8(std::uint32_t code, std::string& out) {
  const auto byte = [&](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      byte(0xE0 | (code >> 12));
    } else {
      byte(0xF0 | (code >> 18));
      byte(0x80 | ((code >> 12) & 0x3F));
    }
    byte(0x80 | ((code >> 6) & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

}  // namespace

JsonPull::JsonPull(std::string_view text, Tokens tokens)
    : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), tokens_(tokens) {
  // Every loop ends at the byte behind the text, which must be no part of a token.
  if (begin_ == nullptr || *end_ != '\0') {
    static constexpr char kEmpty[] = "";
    if (begin_ == nullptr)
      begin_ = at_ = end_ = kEmpty;
    else
      CHECK(*end_ == '\0');
  }
  if (text.starts_with("\xEF\xBB\xBF")) Fail("a byte order mark, which JSON does not have");
}

bool JsonPull::Fail(const char* what) {
  if (problem_ == nullptr) {
    problem_ = what;
    problem_at_ = at_;
  }
  return false;
}

JsonPull::Kind JsonPull::Peek() {
  if (!ok()) return Kind::kNothing;
  SkipBlanks();
  switch (*at_) {
    case '{': return Kind::kObject;
    case '[': return Kind::kArray;
    case '"': return Kind::kText;
    case 'n': return Kind::kNull;
    case 't':
    case 'f': return Kind::kBool;
    case 'N':
    case 'I': return tokens_ == Tokens::kNanAllowed ? Kind::kNumber : Kind::kNothing;
    default: return IsDigit(*at_) || *at_ == '-' ? Kind::kNumber : Kind::kNothing;
  }
}

bool JsonPull::Enter(char open) {
  if (!ok()) return false;
  SkipBlanks();
  if (*at_ != open) return Fail(open == '{' ? "an object is expected" : "an array is expected");
  if (depth_ == limits::kJsonDepth) return Fail("the document is nested too deeply");
  ++at_;
  firsts_ |= std::uint32_t{1} << depth_;
  ++depth_;
  return true;
}

bool JsonPull::NextElement() {
  if (!ok()) return false;
  SkipBlanks();
  const std::uint32_t bit = std::uint32_t{1} << (depth_ - 1);
  if (*at_ == ']') {
    ++at_;
    return Leave();
  }
  if ((firsts_ & bit) == 0) {
    if (*at_ != ',') return Fail("a comma or the end of the array is expected");
    ++at_;
  }
  firsts_ &= ~bit;
  return true;
}

bool JsonPull::NextKey(std::string_view& key) {
  if (!ok()) return false;
  SkipBlanks();
  const std::uint32_t bit = std::uint32_t{1} << (depth_ - 1);
  if (*at_ == '}') {
    ++at_;
    return Leave();
  }
  if ((firsts_ & bit) == 0) {
    if (*at_ != ',') return Fail("a comma or the end of the object is expected");
    ++at_;
    SkipBlanks();
  }
  firsts_ &= ~bit;
  if (*at_ != '"') return Fail("a key in double quotes is expected");
  if (!ReadText(key)) return false;
  SkipBlanks();
  if (*at_ != ':') return Fail("a colon is expected");
  ++at_;
  return true;
}

bool JsonPull::Read(Scalar& scalar) {
  if (!ok()) return false;
  SkipBlanks();
  switch (*at_) {
    case '"': scalar.kind = Kind::kText; return ReadText(scalar.text);
    case 'n': scalar.kind = Kind::kNull; return ReadLiteral("null");
    case 't':
      scalar.kind = Kind::kBool;
      scalar.boolean = true;
      return ReadLiteral("true");
    case 'f':
      scalar.kind = Kind::kBool;
      scalar.boolean = false;
      return ReadLiteral("false");
    default: break;
  }
  return ReadNumber(scalar);
}

bool JsonPull::Skip() {
  switch (Peek()) {
    case Kind::kArray:
      if (!EnterArray()) return false;
      while (NextElement()) Skip();
      return ok();
    case Kind::kObject: {
      if (!EnterObject()) return false;
      for (std::string_view key; NextKey(key);) Skip();
      return ok();
    }
    default: {
      Scalar ignored;
      return Read(ignored);
    }
  }
}

bool JsonPull::ReadLiteral(std::string_view literal) {
  for (const char c : literal) {
    if (*at_ != c) return Fail("a value is expected");
    ++at_;
  }
  return true;
}

bool JsonPull::ReadNan(Scalar& scalar) {
  const bool negative = *at_ == '-';
  if (negative) ++at_;
  scalar.kind = Kind::kNumber;
  if (*at_ == 'N' && !negative) {
    scalar.number = std::numeric_limits<double>::quiet_NaN();
    return ReadLiteral("NaN");
  }
  const double infinity = std::numeric_limits<double>::infinity();
  scalar.number = negative ? -infinity : infinity;
  return ReadLiteral("Infinity");
}

bool JsonPull::ReadNumber(Scalar& scalar) {
  const char* const start = at_;
  const bool negative = *at_ == '-';
  const char first = negative ? at_[1] : at_[0];
  if (!IsDigit(first)) {
    const bool odd = tokens_ == Tokens::kNanAllowed && (first == 'N' || first == 'I');
    return odd ? ReadNan(scalar) : Fail("a value is expected");
  }
  if (negative) ++at_;
  Digits digits{start, at_, negative};
  while (IsDigit(*at_)) digits.Take(*at_++);
  digits.whole = digits.all;
  if (*digits.first == '0' && digits.whole > 1) return Fail("a number has a leading zero");
  if (*at_ == '.' || *at_ == 'e' || *at_ == 'E') return ReadFraction(digits, scalar);
  return ReadInteger(digits, scalar);
}

bool JsonPull::ReadInteger(const Digits& digits, Scalar& scalar) {
  std::uint64_t size = digits.mantissa;  // exact below 20 digits
  const bool fits =
      digits.whole < 20 || std::from_chars(digits.first, at_, size).ec == std::errc();
  const std::uint64_t most = std::uint64_t{1} << 63;
  if (fits && (size < most || (digits.negative && size == most))) [[likely]] {
    scalar.kind = Kind::kInteger;
    scalar.integer = static_cast<std::int64_t>(digits.negative ? 0 - size : size);
    scalar.number = static_cast<double>(scalar.integer);
    return true;
  }
  scalar.kind = fits && !digits.negative ? Kind::kUnsigned : Kind::kHugeInteger;
  scalar.whole = size;
  const bool finite = std::from_chars(digits.start, at_, scalar.number).ec == std::errc();
  return finite || Fail("a number is too large");
}

bool JsonPull::ReadFraction(Digits& digits, Scalar& scalar) {
  scalar.kind = Kind::kNumber;
  if (*at_ == '.') {
    ++at_;
    while (IsDigit(*at_)) digits.Take(*at_++);
    if (digits.all == digits.whole) return Fail("a digit is expected behind the decimal point");
  }
  const std::size_t fraction = digits.all - digits.whole;
  const bool exponent = *at_ == 'e' || *at_ == 'E';
  if (!exponent && digits.all <= 19 && digits.mantissa <= kExactMantissa) [[likely]] {
    const double value = static_cast<double>(digits.mantissa) / kPowers[fraction];
    scalar.number = digits.negative ? -value : value;
    return true;
  }
  bool shrinks = *digits.first == '0';
  if (exponent) {
    ++at_;
    // With more digits than that in front, even a negative exponent may leave too much.
    shrinks = *at_ == '-' && digits.whole <= 300;
    if (*at_ == '-' || *at_ == '+') ++at_;
    if (!IsDigit(*at_)) return Fail("a digit is expected in the exponent");
    while (IsDigit(*at_)) ++at_;
  }
  scalar.number = 0;
  const auto read = std::from_chars(digits.start, at_, scalar.number);
  if (read.ec == std::errc()) return true;
  scalar.number = 0;  // below the smallest double
  return shrinks || Fail("a number is too large");
}

bool JsonPull::ReadText(std::string_view& text) {
  const char* const start = ++at_;
  for (;;) {
    const auto byte = static_cast<unsigned char>(*at_);
    if (byte == '"') {
      text = {start, static_cast<std::size_t>(at_ - start)};
      ++at_;
      return true;
    }
    if (byte == '\\') return ReadEscaped(start, text);
    if (byte < 0x20)
      return Fail(at_ == end_ ? "a text is not closed" : "a control character in a text");
    if (byte < 0x80) {
      ++at_;
    } else if (!CheckUtf8()) {
      return false;
    }
  }
}

bool JsonPull::ReadEscaped(const char* start, std::string_view& text) {
  unescaped_.assign(start, at_);
  for (;;) {
    const auto byte = static_cast<unsigned char>(*at_);
    if (byte == '"') {
      text = unescaped_;
      ++at_;
      return true;
    }
    if (byte < 0x20)
      return Fail(at_ == end_ ? "a text is not closed" : "a control character in a text");
    if (byte == '\\') {
      if (!ReadEscape()) return false;
    } else if (byte < 0x80) {
      unescaped_.push_back(*at_++);
    } else {
      const char* const character = at_;
      if (!CheckUtf8()) return false;
      unescaped_.append(character, at_);
    }
  }
}

bool JsonPull::ReadEscape() {
  ++at_;
  const char kind = *at_;
  switch (kind) {
    case '"':
    case '\\':
    case '/': unescaped_.push_back(kind); break;
    case 'b': unescaped_.push_back('\b'); break;
    case 'f': unescaped_.push_back('\f'); break;
    case 'n': unescaped_.push_back('\n'); break;
    case 'r': unescaped_.push_back('\r'); break;
    case 't': unescaped_.push_back('\t'); break;
    case 'u': {
      std::uint32_t code = 0;
      if (!ReadHex(code)) return false;
      if (code >= 0xDC00 && code < 0xE000) return Fail("a lone surrogate in a text");
      if (code >= 0xD800 && code < 0xDC00) {
        std::uint32_t low = 0;
        if (at_[1] != '\\' || at_[2] != 'u') return Fail("a lone surrogate in a text");
        at_ += 2;
        if (!ReadHex(low)) return false;
        if (low < 0xDC00 || low >= 0xE000) return Fail("a lone surrogate in a text");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      }
      AppendUtf8(code, unescaped_);
      break;
    }
    default: return Fail("an unknown escape in a text");
  }
  ++at_;
  return true;
}

// Reads the four digits behind 'u' and stops at the last.
bool JsonPull::ReadHex(std::uint32_t& code) {
  for (int i = 0; i < 4; ++i) {
    const char c = *++at_;
    const int digit = IsDigit(c)             ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return Fail("four hexadecimal digits are expected behind \\u");
    code = code * 16 + static_cast<std::uint32_t>(digit);
  }
  return true;
}

// Passes one character of two to four bytes: shortest form, no surrogate, at most U+10FFFF.
bool JsonPull::CheckUtf8() {
  const auto at = [this](int i) { return static_cast<unsigned char>(at_[i]); };
  const auto follows = [&](int i, unsigned char low = 0x80, unsigned char high = 0xBF) {
    return at(i) >= low && at(i) <= high;
  };
  const unsigned char lead = at(0);
  int size = 0;
  if (lead >= 0xC2 && lead <= 0xDF && follows(1)) {
    size = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned char low = lead == 0xE0 ? 0xA0 : 0x80, high = lead == 0xED ? 0x9F : 0xBF;
    if (follows(1, low, high) && follows(2)) size = 3;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned char low = lead == 0xF0 ? 0x90 : 0x80, high = lead == 0xF4 ? 0x8F : 0xBF;
    if (follows(1, low, high) && follows(2) && follows(3)) size = 4;
  }
  if (size == 0) return Fail("the text is not valid UTF-8");
  at_ += size;
  return true;
}

Status JsonPull::Finish() {
  if (ok()) {
    SkipBlanks();
    if (at_ != end_) Fail("something follows the end of the document");
  }
  return status();
}

Status JsonPull::status() const {
  if (ok()) return Ok();
  std::size_t line = 1, column = 1;
  for (const char* c = begin_; c < problem_at_; ++c) {
    column = *c == '\n' ? 1 : column + 1;
    if (*c == '\n') ++line;
  }
  const bool ended = problem_at_ >= end_;
  return Error(Code::kInvalidArgument, ended ? "the JSON document ends too early" : problem_)
      .Where("body:" + std::to_string(line) + ":" + std::to_string(column))
      .Why(ended ? problem_ : "");
}

}  // namespace mooring::api
