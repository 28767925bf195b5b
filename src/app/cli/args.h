// Args: the words of a command line, sorted into flags and positional arguments by a Command's
// table.
//
// Accepts --flag value, --flag=value, -f value, -fvalue, -abc for switches, and -- to end flags. A
// lone
// "-" is positional. An unknown flag, a missing value, a value for a switch, a second use of a flag
// that is not repeated, a value outside its choices, and too few or too many arguments are
// kInvalidArgument with a "did you mean" where one is close.
//
//   ASSIGN_OR_RETURN(Args args, ParseArgs(command, words));
//   args.Text("reason");  args.Has("yes");  args.positional(0);
//
// Thread safety: immutable once parsed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/command.h"

namespace mooring::app::cli {

class Args {
 public:
  bool Has(std::string_view flag) const { return flags_.find(flag) != flags_.end(); }
  // The value of a flag, or the fallback when it was not given.
  std::string Text(std::string_view flag, std::string_view fallback = {}) const;
  const std::vector<std::string>& All(std::string_view flag) const;
  // kInvalidArgument when it is not a whole number of [minimum, maximum]; nullopt when not given.
  Result<std::optional<std::uint64_t>> Number(std::string_view flag, std::uint64_t minimum,
                                              std::uint64_t maximum) const;

  std::size_t positionals() const { return positionals_.size(); }
  // "" beyond the end: optional arguments.
  const std::string& positional(std::size_t index) const;
  // From `index` on.
  std::vector<std::string> PositionalsFrom(std::size_t index) const;

  const std::map<std::string, std::vector<std::string>, std::less<>>& flags() const {
    return flags_;
  }

 private:
  friend class ArgsParser;
  std::map<std::string, std::vector<std::string>, std::less<>> flags_;
  std::vector<std::string> positionals_;
};

Result<Args> ParseArgs(const Command& command, std::span<const std::string> words);

// Whole text as an unsigned number of [minimum, maximum]; `what` names it in the error.
Result<std::uint64_t> ParseNumber(std::string_view text, std::uint64_t minimum,
                                  std::uint64_t maximum, std::string_view what);

// The flag of a command (its own or common) by name; null when there is none.
const Flag* FindFlag(const Command& command, std::string_view name);

}  // namespace mooring::app::cli
