#include "records/access/person.h"

#include <algorithm>
#include <array>

namespace mooring::records {
namespace {

// How somebody was known stands before the name that the other side gave them.
constexpr std::array<std::string_view, 3> kWaysIn = {"oidc:", "cert:", "token:"};

// Blanks that are drawn and those that are not: Unicode's White_Space, and its format characters
// that a name can hide behind.
constexpr std::array<std::string_view, 19> kWideBlanks = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
    "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};
constexpr std::array<std::string_view, 13> kNoRoom = {
    "\xC2\xAD",     "\xE1\xA0\x8E", "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D",
    "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE",
    "\xE2\x81\xA0", "\xE2\x81\xA6", "\xEF\xBB\xBF"};

bool TakesNoRoom(std::string_view text) {
  return std::ranges::any_of(kNoRoom, [&](std::string_view one) { return text.starts_with(one); });
}

// Bytes of the blank that a text begins with; 0: it begins with none.
std::size_t BlankAt(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  if (text.empty()) return 0;
  if (kSpace.find(text.front()) != kSpace.npos) return 1;
  for (const std::string_view blank : kWideBlanks) {
    if (text.starts_with(blank)) return blank.size();
  }
  for (const std::string_view blank : kNoRoom) {
    if (text.starts_with(blank)) return blank.size();
  }
  return 0;
}

std::string_view WithoutBlanks(std::string_view text) {
  while (const std::size_t blank = BlankAt(text)) text.remove_prefix(blank);
  const auto cut = [&](std::string_view blank) {
    if (!text.ends_with(blank)) return false;
    text.remove_suffix(blank.size());
    return true;
  };
  const auto cut_one = [&] {
    if (!text.empty() && text.back() >= 0 && BlankAt(text.substr(text.size() - 1)) == 1) {
      text.remove_suffix(1);
      return true;
    }
    return std::ranges::any_of(kWideBlanks, cut) || std::ranges::any_of(kNoRoom, cut);
  };
  while (cut_one()) continue;
  return text;
}

char LowerOf(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool StartsWithAnyCase(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::ranges::equal(text.substr(0, lower.size()), lower, {}, LowerOf);
}

}  // namespace

std::string PersonOf(std::string_view name) {
  std::string_view left = name;
  for (bool stripped = true; stripped;) {
    left = WithoutBlanks(left);
    stripped = false;
    for (const std::string_view way : kWaysIn) {
      if (!StartsWithAnyCase(left, way)) continue;
      left.remove_prefix(way.size());
      stripped = true;
    }
  }
  std::string person;
  while (!left.empty()) {
    if (const std::size_t blank = BlankAt(left); blank != 0) {
      // Blanks within a name are one, those that take no room are none.
      if (!TakesNoRoom(left) && !person.ends_with(' ')) person += ' ';
      left.remove_prefix(blank);
    } else {
      person += LowerOf(left.front());
      left.remove_prefix(1);
    }
  }
  return person;
}

}  // namespace mooring::records
