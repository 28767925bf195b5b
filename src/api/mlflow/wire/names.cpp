#include "api/mlflow/wire/names.h"

#include <array>
#include <cstdint>
#include <vector>

#include "api/mlflow/wire/errors.h"
#include "base/text/json_writer.h"
#include "base/text/utf8.h"

namespace mooring::api::mlflow {
namespace {

constexpr std::string_view kCharacters =
    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), "
    "colon(:) and slashes (/).";

constexpr bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

constexpr std::array<bool, 256> kAllowed = [] {
  std::array<bool, 256> allowed{};
  for (int c = 0; c < 128; ++c) allowed[c] = IsAlphanumeric(static_cast<char>(c));
  for (const char c : {'/', '_', '.', '-', ' ', ':'}) allowed[static_cast<unsigned char>(c)] = true;
  return allowed;
}();

constexpr std::size_t kLocationCharacters = 1024;

struct Block {
  char32_t first, last;
};
// Blocks without letters and digits.
constexpr Block kNoWords[] = {
    {0x80, 0xA9},     {0xAB, 0xB1},     {0xB4, 0xB4},     {0xB6, 0xB8},      {0xBB, 0xBB},
    {0xBF, 0xBF},     {0xD7, 0xD7},     {0xF7, 0xF7},     {0x2000, 0x206F},  {0x20A0, 0x20FF},
    {0x2190, 0x245F}, {0x2500, 0x2775}, {0x2794, 0x2BFF}, {0x3000, 0x3004},  {0x3008, 0x3020},
    {0xE000, 0xF8FF}, {0xFE00, 0xFE6F}, {0xFFF0, 0xFFFF}, {0x1F000, 0x1FAFF}};

char32_t Decode(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  char32_t code = character.size() == 2   ? byte(0) & 0x1FU
                  : character.size() == 3 ? byte(0) & 0x0FU
                                          : byte(0) & 0x07U;
  for (std::size_t i = 1; i < character.size(); ++i) code = (code << 6) | (byte(i) & 0x3FU);
  return code;
}

// A letter or digit beyond ASCII.
bool IsWord(std::string_view character) {
  const char32_t code = Decode(character);
  for (const Block& block : kNoWords) {
    if (code >= block.first && code <= block.last) return false;
  }
  return true;
}

bool HasAllowedCharacters(std::string_view key) {
  for (std::size_t i = 0; i < key.size();) {
    if (static_cast<unsigned char>(key[i]) < 0x80) {
      if (!kAllowed[static_cast<unsigned char>(key[i])]) return false;
      ++i;
      continue;
    }
    const std::size_t bytes = Utf8CharacterBytes(key.substr(i));
    if (bytes == 0 || !IsWord(key.substr(i, bytes))) return false;
    i += bytes;
  }
  return true;
}

// Whether a name is its own path; MLflow refuses a leading ".." of any kind.
bool IsOwnPath(std::string_view key) {
  if (key.empty() || key.starts_with("..")) return false;
  for (std::size_t begin = 0; begin <= key.size();) {
    const std::size_t end = std::min(key.find('/', begin), key.size());
    const std::string_view segment = key.substr(begin, end - begin);
    if (segment.empty() || segment == "." || segment == "..") return false;
    begin = end + 1;
  }
  return true;
}

// Bytes of the first `most` characters.
std::size_t BytesOf(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text.size();
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (starts && ++characters > most) return i;
  }
  return text.size();
}

// "..", also where its points are percent-encoded.
bool Climbs(std::string_view location) {
  int points = 0;
  for (std::size_t i = 0; i < location.size(); ++i) {
    const bool encoded = location[i] == '%' && location.substr(i + 1, 1) == "2" &&
                         (location.substr(i + 2, 1) == "e" || location.substr(i + 2, 1) == "E");
    points = encoded || location[i] == '.' ? points + 1 : 0;
    if (points == 2) return true;
    if (encoded) i += 2;
  }
  return false;
}

}  // namespace

std::string NormalPath(std::string_view path) {
  if (path.empty()) return ".";
  const bool two = path.starts_with("//") && !path.starts_with("///");
  const std::string root = two ? "//" : path.starts_with('/') ? "/" : "";
  std::vector<std::string_view> kept;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    begin = end + 1;
    if (segment.empty() || segment == ".") continue;
    const bool climbs = segment == "..";
    if (!climbs || (kept.empty() ? root.empty() : kept.back() == "..")) {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string normal = root;
  for (const std::string_view segment : kept) {
    if (normal.size() > root.size()) normal.push_back('/');
    normal.append(segment);
  }
  return normal.empty() ? "." : normal;
}

bool IsUsualKey(std::string_view key) {
  if (key.size() > kKeyCharacters) return false;
  for (const char c : key) {
    if (!kAllowed[static_cast<unsigned char>(c)]) return false;
  }
  return IsOwnPath(key);
}

Status CheckKey(std::string_view key, std::string_view path, std::string_view entity) {
  if (!HasAllowedCharacters(key)) return InvalidText(path, key, kCharacters);
  if (!IsOwnPath(key)) {
    return InvalidText(path, key,
                       "Names may be treated as files in certain cases, and must not resolve to "
                       "other names when treated as such. This name would resolve to '" +
                           NormalPath(key) + "'");
  }
  return CheckLength(key, kKeyCharacters, entity);
}

Status CheckRunId(std::string_view run_id) {
  bool fits = !run_id.empty() && run_id.size() <= 256 && IsAlphanumeric(run_id.front());
  for (const char c : run_id) fits = fits && (IsAlphanumeric(c) || c == '_' || c == '-');
  if (fits) return Ok();
  std::string json;
  AppendJsonString(json, run_id.substr(0, kShownBytes));
  return Invalid("Invalid value " + json + " for parameter 'run_id' supplied.");
}

Status CheckLength(std::string_view text, std::size_t most, std::string_view path) {
  if (BytesOf(text, most) == text.size()) return Ok();
  return TooLong(path, most);
}

void Truncate(std::string& text, std::size_t most) { text.resize(BytesOf(text, most)); }

Status CheckArtifactLocation(std::string_view location, bool files_allowed) {
  if (location.empty()) return Ok();
  const auto refuse = [&](std::string_view why) {
    return InvalidText("artifact_location", location, why);
  };
  if (location.starts_with("runs:")) {
    return Invalid("Artifact location cannot be a runs:/ URI. Given: '" +
                   std::string(location.substr(0, kShownBytes)) + "'");
  }
  RETURN_IF_ERROR(CheckLength(location, kLocationCharacters, "artifact_location"));
  for (const char c : location) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      return refuse("Control characters are not allowed.");
    }
  }
  if (location.find_first_of("?#") != location.npos) {
    return refuse("A query or a fragment is not allowed.");
  }
  if (Climbs(location)) return refuse("'..' is not allowed.");
  const std::size_t colon = std::min(location.find(':'), location.size());
  std::string scheme(location.substr(0, colon));
  for (char& c : scheme) {
    const bool may = IsAlphanumeric(c) || c == '+' || c == '-' || c == '.';
    if (colon < location.size() && !may) return refuse("It is not a URI.");
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  // A bare path, or the drive of one.
  const bool is_file = colon == location.size() || colon < 2 || scheme == "file";
  if (is_file && !files_allowed) {
    return refuse("This server keeps no artifacts in local files of its clients.");
  }
  return Ok();
}

}  // namespace mooring::api::mlflow
