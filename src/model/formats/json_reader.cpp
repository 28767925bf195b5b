// Why not the request path's parser: model files hold bare NaN (XGBoost writes it for categorical
// splits), reach hundreds of megabytes of numbers, and need no padding copy here.
#include <algorithm>
#include <charconv>
#include <limits>

#include "model/formats/document.h"

namespace mooring::model {
namespace {

class JsonReader {
 public:
  JsonReader(std::string_view text, const ReadOptions& options) : text_(text), options_(options) {}

  Result<Document> Read() {
    ASSIGN_OR_RETURN(Document document, Value(0));
    SkipSpace();
    if (at_ != text_.size()) return Fail("more text after the end of the document");
    return document;
  }

 private:
  Error Fail(std::string what) const {
    return Error(Code::kInvalidArgument, std::move(what)).Where("byte " + std::to_string(at_));
  }
  void SkipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' ||
                                  text_[at_] == '\r')) {
      ++at_;
    }
  }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  Result<Document> Value(std::size_t depth) {
    if (depth > options_.depth) return Fail("nested too deeply");
    if (++values_ > options_.values) return Fail("too many values");
    SkipSpace();
    switch (Peek()) {
      case '{': return Object(depth);
      case '[': return List(depth);
      case '"': {
        ASSIGN_OR_RETURN(std::string text, Text());
        return Document(Document::Value(std::move(text)));
      }
      default: return Scalar();
    }
  }

  Result<Document> Scalar() {
    if (at_ == text_.size()) return Fail("the text ends too early");
    if (Take("null")) return Document();
    if (Take("true")) return Document(Document::Value(true));
    if (Take("false")) return Document(Document::Value(false));
    ASSIGN_OR_RETURN(const double number, Number());
    return Document(Document::Value(number));
  }

  Result<double> Number() {
    if (options_.allow_nan) {
      if (Take("NaN")) return std::numeric_limits<double>::quiet_NaN();
      if (Take("Infinity")) return std::numeric_limits<double>::infinity();
      if (Take("-Infinity")) return -std::numeric_limits<double>::infinity();
    }
    const char* begin = text_.data() + at_;
    const char* end = text_.data() + text_.size();
    const char* digit = begin != end && *begin == '-' ? begin + 1 : begin;
    if (digit == end || *digit < '0' || *digit > '9') return Fail("not a value");
    if (*digit == '0' && digit + 1 != end && digit[1] >= '0' && digit[1] <= '9') {
      return Fail("a number with a leading zero");
    }
    double number = 0;
    const auto [stop, status] = std::from_chars(begin, end, number);
    if (status == std::errc::result_out_of_range) return Fail("a number out of range");
    if (status != std::errc() || stop[-1] == '.') return Fail("not a number");
    at_ = static_cast<std::size_t>(stop - text_.data());
    return number;
  }

  Result<Document> List(std::size_t depth) {
    ++at_;
    Document::Numbers numbers;
    Document::List list;
    SkipSpace();
    if (Take("]")) return Document(std::move(numbers));
    while (true) {
      SkipSpace();
      const char next = Peek();
      const bool flat = list.empty() && ((next >= '0' && next <= '9') || next == '-' ||
                                         next == 'N' || next == 'I');
      if (flat) {
        ASSIGN_OR_RETURN(const double number, Number());
        numbers.push_back(number);
      } else {
        RETURN_IF_ERROR(Element(depth, numbers, list));
      }
      SkipSpace();
      if (Take("]")) break;
      if (!Take(",")) return Fail("expected ',' or ']'");
    }
    return list.empty() ? Document(std::move(numbers)) : MakeList(std::move(list));
  }

  // An element that is not a plain number: what was collected flat so far moves into the list.
  Status Element(std::size_t depth, Document::Numbers& numbers, Document::List& list) {
    for (const double number : numbers) list.emplace_back(Document::Value(number));
    values_ += numbers.size();
    numbers.clear();
    ASSIGN_OR_RETURN(Document element, Value(depth + 1));
    list.push_back(std::move(element));
    return Ok();
  }

  Result<Document> Object(std::size_t depth) {
    ++at_;
    Document::Members members;
    SkipSpace();
    if (Take("}")) return Document(std::move(members));
    while (true) {
      SkipSpace();
      if (Peek() != '"') return Fail("expected a key");
      ASSIGN_OR_RETURN(std::string key, Text());
      SkipSpace();
      if (!Take(":")) return Fail("expected ':'");
      for (const auto& [name, unused] : members) {
        if (name == key) return Fail("the key '" + key.substr(0, 64) + "' is there twice");
      }
      if (members.size() >= kMembers) return Fail("an object with too many keys");
      ASSIGN_OR_RETURN(Document value, Value(depth + 1));
      const bool skip = std::ranges::find(options_.skipped, key) != options_.skipped.end();
      members.emplace_back(std::move(key), skip ? Document() : std::move(value));
      SkipSpace();
      if (Take("}")) return Document(std::move(members));
      if (!Take(",")) return Fail("expected ',' or '}'");
    }
  }

  Result<std::string> Text() {
    ++at_;
    std::string text;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return text;
      if (static_cast<unsigned char>(c) < 0x20) return Fail("a control character inside text");
      if (c != '\\') {
        text.push_back(c);
        continue;
      }
      RETURN_IF_ERROR(Escape(text));
    }
    return Fail("text without an end");
  }

  Status Escape(std::string& text) {
    constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    const char c = Peek();
    ++at_;
    if (const auto place = kFrom.find(c); c != '\0' && place != std::string_view::npos) {
      text.push_back(kTo[place]);
      return Ok();
    }
    if (c != 'u') return Fail("an unknown escape");
    ASSIGN_OR_RETURN(std::uint32_t code, Hex4());
    if (code >= 0xD800 && code < 0xDC00) {
      if (!Take("\\u")) return Fail("half of a surrogate pair");
      ASSIGN_OR_RETURN(const std::uint32_t low, Hex4());
      if (low < 0xDC00 || low > 0xDFFF) return Fail("half of a surrogate pair");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code < 0xE000) {
      return Fail("half of a surrogate pair");
    }
    AppendUtf8(code, text);
    return Ok();
  }

  Result<std::uint32_t> Hex4() {
    std::uint32_t code = 0;
    const std::string_view digits = text_.substr(std::min(at_, text_.size()), 4);
    const auto [stop, status] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() != 4 || status != std::errc() || stop != digits.data() + 4) {
      return Fail("\\u needs four hexadecimal digits");
    }
    at_ += 4;
    return code;
  }

  static void AppendUtf8(std::uint32_t code, std::string& text) {
    const auto put = [&text](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0 | code >> 6);
      put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      put(0xE0 | code >> 12);
      put(0x80 | (code >> 6 & 0x3F));
      put(0x80 | (code & 0x3F));
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3F));
      put(0x80 | (code >> 6 & 0x3F));
      put(0x80 | (code & 0x3F));
    }
  }

  static constexpr std::size_t kMembers = 4096;  // looked through one by one for duplicates
  std::string_view text_;
  const ReadOptions& options_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

Result<Document> ReadJson(std::string_view text, const ReadOptions& options) {
  return JsonReader(text, options).Read();
}

}  // namespace mooring::model
