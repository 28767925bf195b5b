#include "records/search/page_token.h"

#include <fmt/format.h>

#include <optional>

#include "base/limits.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"

namespace mooring::records::search {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Error Invalid(std::string message) { return Error(Code::kInvalidArgument, std::move(message)); }

std::string Encoded(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      const char c = i + j < bytes.size() ? bytes[i + j] : '\0';
      group = group << 8 | static_cast<unsigned char>(c);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += i + j > bytes.size() ? '=' : kAlphabet[group >> (18 - 6 * j) & 63];
    }
  }
  return text;
}

std::optional<std::string> Decoded(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && !text.empty() && text.back() == '=') {
    text.remove_suffix(1);
    ++padding;
  }
  std::string bytes;
  std::uint32_t bits = 0, count = 0;
  for (const char c : text) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == kAlphabet.npos) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xFFFF;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFF);
  }
  return bytes;
}

}  // namespace

std::string ToToken(const PageStart& start) {
  std::string json = fmt::format("{{\"offset\": {}", start.offset);
  if (!start.after.empty()) {
    json += ", \"after\": ";
    JsonWriter(json).Value(start.after);
  }
  return Encoded(json + "}");
}

Result<PageStart> ReadToken(std::string_view token) {
  if (token.empty()) return PageStart{};
  const auto bytes = token.size() <= limits::kSearchTokenBytes ? Decoded(token) : std::nullopt;
  if (!bytes) return Invalid("Invalid page token, could not base64-decode");
  const auto json = Json::Parse(*bytes);
  const auto refused = [&] {
    return Invalid(fmt::format("Invalid page token, decoded value={}",
                               json.ok() ? std::string_view(*bytes) : "(not JSON)"));
  };
  if (!json.ok()) return refused();
  const auto offset = json->GetInt("offset");
  if (!offset.ok() || *offset < 0) return refused();
  PageStart start{.offset = static_cast<std::uint64_t>(*offset)};
  if (json->Find("after") != nullptr) {
    const auto after = json->GetString("after");
    if (!after.ok()) return refused();
    start.after = *after;
  }
  return start;
}

}  // namespace mooring::records::search
