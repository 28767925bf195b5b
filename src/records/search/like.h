// LikePattern: SQL's LIKE, compiled. '%' stands for any text, '_' for any one character; all else
// for itself. The whole text must match. Use it for many texts of one filter.
//
//   const LikePattern pattern("re%_net", LikePattern::Case::kIgnored);
//   pattern.Matches("ResNet50");
//
// Thread safety: const after construction. Complexity: linear in the text, whatever the pattern
// (one step of a bit set a character: 64 pattern characters a word); no recursion, no regular
// expressions. Ignoring case covers ASCII, Latin-1, Greek and Cyrillic letters.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace mooring::records::search {

class LikePattern {
 public:
  enum class Case : unsigned char { kCounts, kIgnored };
  // `pattern` passed CheckLikePattern; of a longer one the rest is not looked at.
  LikePattern(std::string_view pattern, Case letters);
  bool Matches(std::string_view text) const;

 private:
  using Word = std::uint64_t;
  const Word* MaskOf(std::uint32_t character) const;

  Case case_;
  std::size_t atoms_ = 0, words_ = 1;
  std::vector<Word> loops_;           // states that '%' keeps
  std::vector<Word> any_;             // states that '_' leads to
  std::vector<std::uint32_t> ascii_;  // index into masks_, 0: only `any_`
  std::vector<std::pair<std::uint32_t, std::uint32_t>> others_;  // character, index; sorted
  std::vector<Word> masks_;
};

// kInvalidArgument: more than limits::kSearchPatternBytes.
Status CheckLikePattern(std::string_view pattern);

}  // namespace mooring::records::search
