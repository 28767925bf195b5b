#include "records/search/like.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/text/utf8.h"

namespace mooring::records::search {
namespace {

// The character at the start of `text`, which is cut off it. A byte that is not UTF-8 is one
// character of its own, apart from all others.
std::uint32_t TakeCharacter(std::string_view& text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  std::uint32_t character = byte(0);
  std::size_t bytes = character < 0x80 ? 1 : Utf8CharacterBytes(text);
  if (bytes == 0) {
    character += 0x110000;
    bytes = 1;
  } else if (bytes > 1) {
    character &= 0x7Fu >> bytes;
    for (std::size_t i = 1; i < bytes; ++i) character = character << 6 | (byte(i) & 0x3F);
  }
  text.remove_prefix(bytes);
  return character;
}

std::uint32_t Folded(std::uint32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c < 0xC0) return c;
  if (c <= 0xDE) return c == 0xD7 ? c : c + 32;                  // Latin-1
  if (c >= 0x391 && c <= 0x3A9) return c == 0x3A2 ? c : c + 32;  // Greek
  if (c >= 0x410 && c <= 0x42F) return c + 32;                   // Cyrillic
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  return c;
}

constexpr std::size_t kBits = 64;
constexpr std::size_t kMostWords = limits::kSearchPatternBytes / kBits + 1;

void Set(std::uint64_t* words, std::size_t bit) {
  words[bit / kBits] |= std::uint64_t{1} << (bit % kBits);
}

}  // namespace

Status CheckLikePattern(std::string_view pattern) {
  if (pattern.size() <= limits::kSearchPatternBytes) return Ok();
  return Error(Code::kInvalidArgument,
               fmt::format("Invalid pattern of LIKE: it has {} bytes, more than {}", pattern.size(),
                           limits::kSearchPatternBytes));
}

// State i: the first i characters of the pattern ('%' not counted) have been matched.
LikePattern::LikePattern(std::string_view pattern, Case letters) : case_(letters) {
  pattern = pattern.substr(0, limits::kSearchPatternBytes);
  words_ = pattern.size() / kBits + 1;
  loops_.assign(words_, 0);
  any_.assign(words_, 0);
  ascii_.assign(128, 0);
  std::vector<std::pair<std::uint32_t, std::size_t>> atoms;  // character, state it leads to
  while (!pattern.empty()) {
    const std::uint32_t c = TakeCharacter(pattern);
    if (c == '%') {
      Set(loops_.data(), atoms_);
    } else if (++atoms_; c == '_') {
      Set(any_.data(), atoms_);
    } else {
      atoms.emplace_back(letters == Case::kIgnored ? Folded(c) : c, atoms_);
    }
  }
  std::ranges::sort(atoms);
  masks_ = any_;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const std::uint32_t c = atoms[i].first;
    if (i == 0 || c != atoms[i - 1].first) {
      const auto index = static_cast<std::uint32_t>(masks_.size() / words_);
      masks_.insert(masks_.end(), any_.begin(), any_.end());
      if (c < 128) {
        ascii_[c] = index;
      } else {
        others_.emplace_back(c, index);
      }
    }
    Set(&masks_[masks_.size() - words_], atoms[i].second);
  }
}

const LikePattern::Word* LikePattern::MaskOf(std::uint32_t character) const {
  std::size_t index = 0;
  if (character < 128) {
    index = ascii_[character];
  } else if (!others_.empty()) {
    const auto found = std::ranges::lower_bound(others_, character, {},
                                                &std::pair<std::uint32_t, std::uint32_t>::first);
    if (found != others_.end() && found->first == character) index = found->second;
  }
  return &masks_[index * words_];
}

bool LikePattern::Matches(std::string_view text) const {
  std::array<Word, kMostWords> states{};
  states[0] = 1;
  while (!text.empty()) {
    std::uint32_t character = TakeCharacter(text);
    if (case_ == Case::kIgnored) character = Folded(character);
    const Word* mask = MaskOf(character);
    Word carry = 0, alive = 0;
    for (std::size_t w = 0; w < words_; ++w) {
      const Word now = states[w];
      states[w] = ((now << 1 | carry) & mask[w]) | (now & loops_[w]);
      carry = now >> (kBits - 1);
      alive |= states[w];
    }
    if (alive == 0) return false;
  }
  return (states[atoms_ / kBits] >> (atoms_ % kBits) & 1) != 0;
}

}  // namespace mooring::records::search
