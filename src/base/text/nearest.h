// NearestName: the known name that somebody probably meant, for "did you mean" in errors.
//
// Use it where a name from outside is not in a small, known list: keys, flags, commands, columns.
// Not a search: it answers nothing rather than something far.
//
// Thread safety: pure. Cost: words × length², so give it lists of at most some hundred names.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mooring {

// Fewest insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`
// (optimal string alignment). Bytes, not characters; texts are cut at 64 bytes.
std::size_t EditDistance(std::string_view a, std::string_view b);

// The name at the smallest distance, of equals the one with the longest common beginning, if that
// is at most a third of the word's length (at least 1, at most 3) when letter case is ignored; ""
// when none is near.
std::string_view NearestName(std::string_view word, std::span<const std::string_view> names);

// "did you mean 'x'?", or "" when nothing is near.
std::string DidYouMean(std::string_view word, std::span<const std::string_view> names);

}  // namespace mooring
