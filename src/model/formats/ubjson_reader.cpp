#include <algorithm>
#include <bit>
#include <cstring>

#include "model/formats/document.h"

namespace mooring::model {
namespace {

class UbjsonReader {
 public:
  UbjsonReader(ByteSpan bytes, const ReadOptions& options) : bytes_(bytes), options_(options) {}

  Result<Document> Read() {
    ASSIGN_OR_RETURN(const char marker, Marker());
    ASSIGN_OR_RETURN(Document document, Value(marker, 0));
    if (at_ != bytes_.size()) return Fail("more bytes after the end of the document");
    return document;
  }

 private:
  // What follows '[' or '{': an element type, a count, both or neither.
  struct Container {
    char type = 0;
    std::size_t count = 0;
    bool counted = false;
  };

  Error Fail(std::string what) const {
    return Error(Code::kInvalidArgument, std::move(what)).Where("byte " + std::to_string(at_));
  }
  std::size_t left() const { return bytes_.size() - at_; }
  char Peek() const { return at_ < bytes_.size() ? static_cast<char>(bytes_[at_]) : '\0'; }

  Result<char> Marker() {
    while (Peek() == 'N' && left() > 0) ++at_;  // no-op
    if (left() == 0) return Fail("the file ends too early");
    return static_cast<char>(bytes_[at_++]);
  }

  template <typename Word>
  Word TakeBigEndian() {
    Word word = 0;
    for (std::size_t i = 0; i < sizeof(Word); ++i) {
      word = static_cast<Word>(word << 8 | static_cast<Word>(bytes_[at_ + i]));
    }
    at_ += sizeof(Word);
    return word;
  }

  // Bytes of a number of that type; 0 for what is no number.
  static std::size_t NumberSize(char type) {
    switch (type) {
      case 'i':
      case 'U': return 1;
      case 'I': return 2;
      case 'l':
      case 'd': return 4;
      case 'L':
      case 'D': return 8;
      default: return 0;
    }
  }

  // At least NumberSize(type) bytes are left.
  double TakeNumber(char type) {
    switch (type) {
      case 'i': return static_cast<std::int8_t>(static_cast<std::uint8_t>(bytes_[at_++]));
      case 'U': return static_cast<std::uint8_t>(bytes_[at_++]);
      case 'I': return static_cast<std::int16_t>(TakeBigEndian<std::uint16_t>());
      case 'l': return static_cast<std::int32_t>(TakeBigEndian<std::uint32_t>());
      case 'd': return std::bit_cast<float>(TakeBigEndian<std::uint32_t>());
      case 'D': return std::bit_cast<double>(TakeBigEndian<std::uint64_t>());
      default:
          return static_cast<double>(static_cast<std::int64_t>(TakeBigEndian<std::uint64_t>()));
    }
  }

  Result<std::size_t> Length() {
    ASSIGN_OR_RETURN(const char type, Marker());
    const std::size_t size = NumberSize(type);
    if (size == 0 || type == 'd' || type == 'D') return Fail("a length must be a whole number");
    if (left() < size) return Fail("the file ends too early");
    const double length = TakeNumber(type);
    if (length < 0 || length > static_cast<double>(bytes_.size())) {
      return Fail("a length larger than the file");
    }
    return static_cast<std::size_t>(length);
  }

  Result<std::string> Text() {
    ASSIGN_OR_RETURN(const std::size_t length, Length());
    if (length > left()) return Fail("text longer than the file");
    std::string text(AsText(bytes_.subspan(at_, length)));
    at_ += length;
    return text;
  }

  Result<Document> Value(char marker, std::size_t depth) {
    if (depth > options_.depth) return Fail("nested too deeply");
    if (++values_ > options_.values) return Fail("too many values");
    if (const std::size_t size = NumberSize(marker); size != 0) {
      if (left() < size) return Fail("the file ends too early");
      return Document(Document::Value(TakeNumber(marker)));
    }
    switch (marker) {
      case 'Z': return Document();
      case 'T': return Document(Document::Value(true));
      case 'F': return Document(Document::Value(false));
      case '{': return Object(depth);
      case '[': return List(depth);
      case 'S': {
        ASSIGN_OR_RETURN(std::string text, Text());
        return Document(Document::Value(std::move(text)));
      }
      default: --at_; return Fail("an unknown type marker");
    }
  }

  Result<Container> Head() {
    Container head;
    if (Peek() == '$') {
      ++at_;
      ASSIGN_OR_RETURN(head.type, Marker());
      if (Peek() != '#') return Fail("a typed container needs a count");
    }
    if (Peek() == '#') {
      ++at_;
      ASSIGN_OR_RETURN(head.count, Length());
      head.counted = true;
    }
    return head;
  }

  Result<Document> List(std::size_t depth) {
    ASSIGN_OR_RETURN(const Container head, Head());
    if (const std::size_t size = NumberSize(head.type); size != 0) {
      if (head.count > left() / size) return Fail("a list longer than the file");
      Document::Numbers numbers(head.count);
      for (double& number : numbers) number = TakeNumber(head.type);
      return Document(std::move(numbers));
    }
    Document::List list;
    for (std::size_t i = 0; !head.counted || i < head.count; ++i) {
      char marker = head.type;
      if (marker == 0) {
        ASSIGN_OR_RETURN(marker, Marker());
      }
      if (!head.counted && marker == ']') break;
      ASSIGN_OR_RETURN(Document element, Value(marker, depth + 1));
      list.push_back(std::move(element));
    }
    return MakeList(std::move(list));
  }

  Result<Document> Object(std::size_t depth) {
    ASSIGN_OR_RETURN(const Container head, Head());
    Document::Members members;
    for (std::size_t i = 0; !head.counted || i < head.count; ++i) {
      while (Peek() == 'N') ++at_;
      if (!head.counted && Peek() == '}') {
        ++at_;
        break;
      }
      if (members.size() >= kMembers) return Fail("an object with too many keys");
      ASSIGN_OR_RETURN(std::string key, Text());
      for (const auto& [name, unused] : members) {
        if (name == key) return Fail("the key '" + key.substr(0, 64) + "' is there twice");
      }
      char marker = head.type;
      if (marker == 0) {
        ASSIGN_OR_RETURN(marker, Marker());
      }
      ASSIGN_OR_RETURN(Document value, Value(marker, depth + 1));
      const bool skip = std::ranges::find(options_.skipped, key) != options_.skipped.end();
      members.emplace_back(std::move(key), skip ? Document() : std::move(value));
    }
    return Document(std::move(members));
  }

  static constexpr std::size_t kMembers = 4096;  // looked through one by one for duplicates
  ByteSpan bytes_;
  const ReadOptions& options_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

Result<Document> ReadUbjson(ByteSpan bytes, const ReadOptions& options) {
  return UbjsonReader(bytes, options).Read();
}

}  // namespace mooring::model
