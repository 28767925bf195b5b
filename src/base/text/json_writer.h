// JsonWriter: appends one JSON document to a string. Use it for every JSON we send or store; to
// read JSON use json.h. It does not check that keys are unique or that a key precedes each value of
// an object.
//
//   std::string text;
//   JsonWriter json(text);
//   json.BeginObject();
//   json.Member("model", "flight-cover").Member("version", 3);
//   json.Key("scores").BeginArray().Value(0.25).Value(0.5).EndArray();
//   json.EndObject();                   // {"model":"flight-cover","version":3,"scores":[0.25,0.5]}
//
// Numbers: float and double are the shortest text that reads back as the same float or double, with
// ".0" when it would look like an integer; NaN and infinities are null. Strings: quotes,
// backslashes and control characters are escaped; bytes that are not UTF-8 become U+FFFD.
//
// Thread safety: none. Ownership: keeps a reference to the string. Cost: no allocation but the
// string's growth; about 2 ns a short string, 25 ns a double.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace mooring {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }
  JsonWriter& Key(std::string_view key);

  JsonWriter& Null() { return Raw("null"); }
  JsonWriter& Value(std::string_view text);
  JsonWriter& Value(const char* text) { return Value(std::string_view(text)); }
  JsonWriter& Value(const std::string& text) { return Value(std::string_view(text)); }
  JsonWriter& Value(double number);
  JsonWriter& Value(float number);
  template <std::same_as<bool> Bool>
  JsonWriter& Value(Bool value) {
    return Raw(value ? "true" : "false");
  }
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) JsonWriter& Value(Integer number) {
    if constexpr (std::is_signed_v<Integer>) return Signed(number);
    return Unsigned(static_cast<std::uint64_t>(number));
  }

  // Appends a value that is JSON already.
  JsonWriter& Raw(std::string_view json) {
    Separate();
    out_.append(json);
    comma_ = true;
    return *this;
  }

  template <typename T>
  JsonWriter& Member(std::string_view key, const T& value) {
    return Key(key).Value(value);
  }

 private:
  JsonWriter& Open(char bracket) {
    Separate();
    out_.push_back(bracket);
    comma_ = false;
    return *this;
  }
  JsonWriter& Close(char bracket) {
    out_.push_back(bracket);
    comma_ = true;
    return *this;
  }
  void Separate() {
    if (comma_) out_.push_back(',');
  }
  JsonWriter& Signed(std::int64_t number);
  JsonWriter& Unsigned(std::uint64_t number);

  std::string& out_;
  bool comma_ = false;  // a value precedes at this level
};

// Appends `text` as a JSON string with its quotes.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace mooring
