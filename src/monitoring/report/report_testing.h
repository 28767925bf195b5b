// What tests of the report page ask of HTML: that every element is closed in order, how often a
// text stands in it, and which numbers an attribute has. Tests only; not a parser of HTML.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace mooring::monitoring {

inline std::size_t Count(std::string_view text, std::string_view wanted) {
  std::size_t count = 0;
  for (auto at = text.find(wanted); at != text.npos; at = text.find(wanted, at + wanted.size())) {
    ++count;
  }
  return count;
}

// The first element that is closed out of order or never; "" when all are well. Void elements and
// those that close themselves have no end.
inline std::string Unbalanced(std::string_view html) {
  std::vector<std::string> open;
  for (auto at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
    const auto end = html.find('>', at);
    if (end == html.npos) return "unclosed <";
    std::string_view tag = html.substr(at + 1, end - at - 1);
    if (tag.starts_with('!') || tag.ends_with('/')) continue;
    const bool closes = tag.starts_with('/');
    if (closes) tag.remove_prefix(1);
    const std::string name(tag.substr(0, tag.find(' ')));
    if (name == "meta" || name == "br" || name == "?xml") continue;
    if (!closes) {
      open.push_back(name);
      if (name == "script") at = html.find("</script", at) - 1;
      continue;
    }
    if (open.empty() || open.back() != name) return "</" + name + ">";
    open.pop_back();
  }
  return open.empty() ? "" : open.back();
}

// The numbers of ` name="1.5"` in the order they stand.
inline std::vector<double> Numbers(std::string_view html, std::string_view name) {
  const std::string start = " " + std::string(name) + "=\"";
  std::vector<double> numbers;
  for (auto at = html.find(start); at != html.npos; at = html.find(start, at + 1)) {
    numbers.push_back(std::strtod(html.data() + at + start.size(), nullptr));
  }
  return numbers;
}

}  // namespace mooring::monitoring
