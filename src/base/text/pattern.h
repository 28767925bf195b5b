// Pattern: a regular expression from outside, compiled once, matched against whole values in time
// linear in the value's length (RE2: no backtracking, so a hostile pattern or value cannot stall a
// thread).
//
// Thread safety: Matches from any thread. Ownership: a value; copies share the compiled form.
// Failure: a wrong, oversized or over-memory pattern is kInvalidArgument with RE2's reason.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace mooring {

class Pattern {
 public:
  // RE2 syntax, UTF-8, at most limits::kPatternBytes.
  static Result<Pattern> Compile(std::string_view text);

  // True when the whole of `value` matches. Bytes that are not UTF-8 match nothing but `\C`.
  bool Matches(std::string_view value) const;
  const std::string& text() const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace mooring
