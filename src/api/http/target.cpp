#include "api/http/target.h"

namespace mooring::api {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte of "%xy" at `at`, or -1.
int DecodePercent(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size()) return -1;
  const int high = HexDigit(text[at + 1]), low = HexDigit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

Error Bad(const char* what) {
  return Error(Code::kInvalidArgument, what).Where("the request target");
}

Status DecodePath(std::string_view raw, std::string& path) {
  path.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '%') {
      const int byte = DecodePercent(raw, i);
      if (byte < 0) return Bad("a percent sign is not followed by two hexadecimal digits");
      c = static_cast<char>(byte);
      if (byte < 0x20 || byte == 0x7F) return Bad("the path holds an encoded control character");
      if (c == '/' || c == '\\') return Bad("the path holds an encoded slash");
      i += 2;
    } else if (c == '\\') {
      return Bad("the path holds a backslash");
    }
    path.push_back(c);
  }
  return Ok();
}

// "." and "..", alone or before a ';' parameter, climb in some readers of the same path.
bool Climbs(std::string_view segment) {
  segment = segment.substr(0, segment.find(';'));
  return segment == "." || segment == "..";
}

Status CheckSegments(std::string_view path) {
  for (std::size_t begin = 1; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (end == begin) return Bad("the path holds an empty segment");
    if (Climbs(path.substr(begin, end - begin))) return Bad("the path holds a '.' or '..' segment");
    begin = end + 1;
  }
  return Ok();
}

// Cuts "http://authority" off an absolute-form target.
Result<std::string_view> TakeAuthority(std::string_view& target) {
  const std::size_t scheme = target.starts_with("http://")    ? 7
                             : target.starts_with("https://") ? 8
                                                              : 0;
  if (scheme == 0) return Bad("the target is neither a path nor an http URI");
  const std::size_t end = std::min(target.find_first_of("/?", scheme), target.size());
  const std::string_view authority = target.substr(scheme, end - scheme);
  if (authority.empty() || authority.find('@') != std::string_view::npos) {
    return Bad("the target's authority is not a host");
  }
  target.remove_prefix(end);
  return authority;
}

// Decodes one name or value of a query; false when it is badly encoded.
bool DecodeForm(std::string_view raw, std::string& value) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const int byte = raw[i] == '%' ? DecodePercent(raw, i) : raw[i] == '+' ? ' ' : raw[i];
    if (raw[i] == '%' && byte < 0) return false;
    if (raw[i] == '%') i += 2;
    value.push_back(static_cast<char>(byte));
  }
  return true;
}

}  // namespace

Result<Target> ParseTarget(std::string_view target, std::string& path) {
  for (const char c : target) {
    if (c <= 0x20 || c == 0x7F || c == '#') {
      return Bad("the target holds a space, control, non-ASCII or '#' character");
    }
  }
  Target parsed;
  if (!target.starts_with('/')) {
    ASSIGN_OR_RETURN(parsed.authority, TakeAuthority(target));
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  if (question < target.size()) parsed.query = target.substr(question + 1);
  RETURN_IF_ERROR(DecodePath(target.substr(0, question), path));
  if (path.empty()) path = "/";
  RETURN_IF_ERROR(CheckSegments(path));
  return parsed;
}

std::string QueryValue(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (!pair.starts_with(name) || pair.size() <= name.size() || pair[name.size()] != '=') continue;
    std::string value;
    return DecodeForm(pair.substr(name.size() + 1), value) ? value : "";
  }
  return "";
}

std::vector<std::pair<std::string, std::string>> QueryPairs(std::string_view query,
                                                            std::size_t most) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty() && pairs.size() < most) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string name, value;
    if (pair.empty() || !DecodeForm(pair.substr(0, equals), name)) continue;
    if (equals < pair.size() && !DecodeForm(pair.substr(equals + 1), value)) continue;
    pairs.emplace_back(std::move(name), std::move(value));
  }
  return pairs;
}

}  // namespace mooring::api
