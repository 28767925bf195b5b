// Json::Parse: simdjson's DOM decides whether the text is JSON; a second, lazy walk finds the place
// of an error, so that the good path pays nothing for it.
#include <simdjson.h>

#include <unordered_set>

#include "base/text/json.h"
#include "base/text/utf8.h"

namespace mooring {
namespace {

namespace dom = simdjson::dom;

std::string PlaceOf(std::string_view text, std::size_t offset, std::string_view name) {
  std::size_t line = 1, line_start = 0;
  for (std::size_t i = 0; i < std::min(offset, text.size()); ++i) {
    if (text[i] != '\n') continue;
    ++line;
    line_start = i + 1;
  }
  return std::string(name) + ":" + std::to_string(line) + ":" +
         std::to_string(offset - line_start + 1);
}

simdjson::error_code Walk(simdjson::ondemand::value value, std::size_t depth);

simdjson::error_code WalkArray(simdjson::ondemand::value value, std::size_t depth) {
  simdjson::ondemand::array array;
  if (depth == 0) return simdjson::DEPTH_ERROR;
  if (const auto error = value.get_array().get(array)) return error;
  for (auto element : array) {
    simdjson::ondemand::value inner;
    if (const auto error = element.get(inner)) return error;
    if (const auto error = Walk(inner, depth - 1)) return error;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code WalkObject(simdjson::ondemand::value value, std::size_t depth) {
  simdjson::ondemand::object object;
  if (depth == 0) return simdjson::DEPTH_ERROR;
  if (const auto error = value.get_object().get(object)) return error;
  for (auto field : object) {
    std::string_view key;
    simdjson::ondemand::value inner;
    if (const auto error = field.unescaped_key().get(key)) return error;
    if (const auto error = field.value().get(inner)) return error;
    if (const auto error = Walk(inner, depth - 1)) return error;
  }
  return simdjson::SUCCESS;
}

// Visits every value; stops at the first error and leaves the document there. `depth` bounds the
// stack.
simdjson::error_code Walk(simdjson::ondemand::value value, std::size_t depth) {
  using simdjson::ondemand::json_type;
  json_type type;
  if (const auto error = value.type().get(type)) return error;
  switch (type) {
    case json_type::array: return WalkArray(value, depth);
    case json_type::object: return WalkObject(value, depth);
    case json_type::string: return value.get_string().error();
    case json_type::number: return value.get_number().error();
    case json_type::boolean: return value.get_bool().error();
    case json_type::null: return value.is_null().error();
  }
  return simdjson::SUCCESS;
}

// The offset at which the text stops being JSON; its end when the walk cannot tell.
std::size_t FindError(std::string_view text, std::size_t depth) {
  const simdjson::padded_string padded(text);
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  if (parser.iterate(padded).get(document)) return text.size();
  simdjson::ondemand::value root;
  if (document.get_value().get(root)) return 0;
  if (!Walk(root, depth)) return text.size();
  const char* at = nullptr;
  if (document.current_location().get(at)) return text.size();
  return std::min(static_cast<std::size_t>(at - padded.data()), text.size());
}

std::string_view ReasonOf(simdjson::error_code code) {
  switch (code) {
    case simdjson::EMPTY: return "the text is empty";
    case simdjson::STRING_ERROR: return "a string has a wrong escape or half a surrogate pair";
    case simdjson::UNESCAPED_CHARS: return "a string has a control character that is not escaped";
    case simdjson::UNCLOSED_STRING: return "a string has no end";
    case simdjson::NUMBER_ERROR:
    case simdjson::NUMBER_OUT_OF_RANGE: return "a number is malformed or beyond 64 bits";
    case simdjson::T_ATOM_ERROR:
    case simdjson::F_ATOM_ERROR:
    case simdjson::N_ATOM_ERROR: return "only true, false and null are words of JSON";
    default: return "a bracket, comma, colon or value is missing or out of place";
  }
}

class Converter {
 public:
  explicit Converter(const JsonOptions& options) : options_(options) {}

  Result<Json> Convert(const dom::element& from) {
    switch (from.type()) {
      case dom::element_type::NULL_VALUE: return Json();
      case dom::element_type::BOOL: return Json(bool(from));
      case dom::element_type::INT64: return Json(std::int64_t(from));
      case dom::element_type::UINT64: return Json(std::uint64_t(from));
      case dom::element_type::DOUBLE: return Json(double(from));
      case dom::element_type::STRING: return Text(std::string_view(from));
      case dom::element_type::ARRAY: return Elements(dom::array(from));
      case dom::element_type::OBJECT: return Members(dom::object(from));
    }
    return Refuse(Code::kInternal, "unknown kind of value");
  }

 private:
  Error Refuse(Code code, std::string message) const {
    return Error(code, std::move(message))
        .Where(std::string(options_.name) + (path_.empty() ? ":/" : ":" + path_));
  }

  // simdjson lets the second half of a surrogate pair stand alone.
  Result<Json> Text(std::string_view text) const {
    if (FirstInvalidUtf8(text) == text.size()) return Json(std::string(text));
    return Refuse(Code::kInvalidArgument, "a string has half a surrogate pair");
  }

  Status Enter(std::string_view step) {
    if (++depth_ > options_.depth) {
      return Refuse(Code::kTooLarge, "nested deeper than " + std::to_string(options_.depth));
    }
    path_ += '/';
    path_ += step;
    return Ok();
  }
  void Leave(std::size_t path_size) {
    --depth_;
    path_.resize(path_size);
  }

  Result<Json> Elements(const dom::array& from) {
    Json::Array elements;
    elements.reserve(std::min<std::size_t>(from.size(), 1 << 16));
    const std::size_t path_size = path_.size();
    std::size_t index = 0;
    RETURN_IF_ERROR(Enter(""));
    for (const dom::element element : from) {
      path_.resize(path_size + 1);
      path_ += std::to_string(index++);
      ASSIGN_OR_RETURN(Json value, Convert(element));
      elements.push_back(std::move(value));
    }
    Leave(path_size);
    return Json(std::move(elements));
  }

  Result<Json> Members(const dom::object& from) {
    Json::Object members;
    std::unordered_set<std::string_view> seen;
    const std::size_t path_size = path_.size();
    RETURN_IF_ERROR(Enter(""));
    for (const dom::key_value_pair field : from) {
      path_.resize(path_size + 1);
      path_ += field.key;
      ASSIGN_OR_RETURN(Json key, Text(field.key));
      if (!seen.insert(field.key).second) {
        return Refuse(Code::kInvalidArgument,
                      "the key '" + std::string(field.key) + "' is there twice");
      }
      ASSIGN_OR_RETURN(Json value, Convert(field.value));
      members.emplace_back(field.key, std::move(value));
    }
    Leave(path_size);
    return Json(std::move(members));
  }

  const JsonOptions& options_;
  std::string path_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<Json> Json::Parse(std::string_view text, const JsonOptions& options) {
  if (text.data() == nullptr) text = "";  // simdjson copies from it, even nothing
  if (text.starts_with("\xEF\xBB\xBF")) {
    return Error(Code::kInvalidArgument, "not JSON")
        .Where(std::string(options.name) + ":1:1")
        .Why("the text starts with a byte order mark");
  }
  dom::parser parser;
  dom::element root;
  auto failed = parser.allocate(std::max<std::size_t>(text.size(), 64), options.depth + 2);
  if (!failed) failed = parser.parse(text.data(), text.size()).get(root);
  if (!failed) return Converter(options).Convert(root);
  if (failed == simdjson::CAPACITY || failed == simdjson::MEMALLOC) {
    return Error(Code::kTooLarge, "the JSON text is too large").Where(std::string(options.name));
  }
  if (failed == simdjson::DEPTH_ERROR) {
    return Error(Code::kTooLarge, "nested deeper than " + std::to_string(options.depth))
        .Where(std::string(options.name));
  }
  if (failed == simdjson::UTF8_ERROR) {
    return Error(Code::kInvalidArgument, "not JSON")
        .Where(PlaceOf(text, FirstInvalidUtf8(text), options.name))
        .Why("the text is not UTF-8");
  }
  return Error(Code::kInvalidArgument, "not JSON")
      .Where(PlaceOf(text, FindError(text, options.depth), options.name))
      .Why(std::string(ReasonOf(failed)));
}

}  // namespace mooring
