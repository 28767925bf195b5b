#include "base/text/pattern.h"

#include <re2/re2.h>

#include "base/limits.h"

namespace mooring {

Result<Pattern> Pattern::Compile(std::string_view text) {
  if (text.size() > limits::kPatternBytes) {
    return Error(Code::kInvalidArgument, "pattern of " + std::to_string(text.size()) + " bytes")
        .Why("at most " + std::to_string(limits::kPatternBytes) + " bytes");
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(limits::kPatternMemoryBytes));
  options.set_never_capture(true);
  const re2::StringPiece bytes(text.data(), text.size());
  auto compiled = std::make_shared<const re2::RE2>(bytes, options);
  if (!compiled->ok()) {
    return Error(Code::kInvalidArgument, "pattern is not a regular expression")
        .Why(compiled->error())
        .Help("RE2 syntax; no back-references or look-around");
  }
  return Pattern(std::move(compiled));
}

bool Pattern::Matches(std::string_view value) const {
  return re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *compiled_);
}

const std::string& Pattern::text() const { return compiled_->pattern(); }

}  // namespace mooring
