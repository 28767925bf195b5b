#include "app/cli/args.h"

#include <charconv>

#include "base/text/nearest.h"

namespace mooring::app::cli {
namespace {

std::string Listed(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

std::string HelpFor(const Command& command) {
  return "mooring " + std::string(command.name) + " --help";
}

const Flag* FindLetter(const Command& command, char letter) {
  for (const Flag& flag : command.flags) {
    if (flag.letter == letter) return &flag;
  }
  for (const Flag& flag : CommonFlags()) {
    if (flag.letter == letter) return &flag;
  }
  return nullptr;
}

Error UnknownFlag(const Command& command, std::string_view given) {
  std::vector<std::string_view> names;
  for (const Flag& flag : command.flags) names.push_back(flag.name);
  for (const Flag& flag : CommonFlags()) names.push_back(flag.name);
  const auto start = std::min(given.find_first_not_of('-'), given.size());
  const std::string_view nearest = NearestName(given.substr(start), names);
  Error error(Code::kInvalidArgument, "unknown flag '" + std::string(given) + "'");
  if (!nearest.empty()) {
    error = std::move(error).Why("did you mean '--" + std::string(nearest) + "'?");
  }
  return std::move(error).Help(HelpFor(command));
}

}  // namespace

class ArgsParser {
 public:
  ArgsParser(const Command& command, std::span<const std::string> words)
      : command_(command), words_(words) {}

  Result<Args> Parse() {
    bool flags_ended = false;
    for (; next_ < words_.size(); ++next_) {
      const std::string& word = words_[next_];
      if (flags_ended || word.size() < 2 || word[0] != '-') {
        args_.positionals_.push_back(word);
      } else if (word == "--") {
        flags_ended = true;
      } else if (word[1] == '-') {
        RETURN_IF_ERROR(Long(word));
      } else {
        RETURN_IF_ERROR(Short(word));
      }
    }
    if (!args_.Has("help")) RETURN_IF_ERROR(CheckPositionals());
    return std::move(args_);
  }

 private:
  Status Long(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const Flag* flag = FindFlag(command_, name);
    if (flag == nullptr) return UnknownFlag(command_, "--" + name);
    if (equals == std::string::npos) return Take(*flag);
    if (flag->value.empty()) {
      return Error(Code::kInvalidArgument, "flag '--" + name + "' takes no value");
    }
    return Store(*flag, word.substr(equals + 1));
  }

  // "-abc": switches a and b, then c with the value that follows, in this word or the next.
  Status Short(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const Flag* flag = FindLetter(command_, word[i]);
      if (flag == nullptr) return UnknownFlag(command_, std::string("-") + word[i]);
      if (flag->value.empty() || i + 1 == word.size()) {
        RETURN_IF_ERROR(Take(*flag));
        continue;
      }
      const std::size_t skip = word[i + 1] == '=' ? 2 : 1;
      return Store(*flag, word.substr(i + skip));
    }
    return Ok();
  }

  // A switch, or a flag whose value is the next word.
  Status Take(const Flag& flag) {
    if (flag.value.empty()) return Store(flag, "");
    if (next_ + 1 >= words_.size()) {
      return Error(Code::kInvalidArgument, "flag '--" + std::string(flag.name) +
                                               "' needs a value: " + std::string(flag.value))
          .Help(HelpFor(command_));
    }
    return Store(flag, words_[++next_]);
  }

  Status Store(const Flag& flag, std::string value) {
    const std::string name(flag.name);
    if (!flag.choices.empty() &&
        std::find(flag.choices.begin(), flag.choices.end(), value) == flag.choices.end()) {
      return Error(Code::kInvalidArgument, "'" + value + "' is no value of '--" + name + "'")
          .Why("values: " + Listed(flag.choices));
    }
    auto& values = args_.flags_[name];
    if (!values.empty() && !flag.repeated && !flag.value.empty()) {
      return Error(Code::kInvalidArgument, "flag '--" + name + "' stands twice");
    }
    values.push_back(std::move(value));
    return Ok();
  }

  Status CheckPositionals() const {
    const auto& wanted = command_.arguments;
    const std::size_t given = args_.positionals_.size();
    if (given < wanted.size() && wanted[given].required) {
      return Error(Code::kInvalidArgument, "missing argument " + std::string(wanted[given].name))
          .Why(std::string(wanted[given].summary))
          .Help(HelpFor(command_));
    }
    const bool endless = !wanted.empty() && wanted.back().repeated;
    if (given > wanted.size() && !endless) {
      return Error(Code::kInvalidArgument,
                   "unexpected argument '" + args_.positionals_[wanted.size()] + "'")
          .Help(HelpFor(command_));
    }
    return Ok();
  }

  const Command& command_;
  std::span<const std::string> words_;
  std::size_t next_ = 0;
  Args args_;
};

Result<Args> ParseArgs(const Command& command, std::span<const std::string> words) {
  return ArgsParser(command, words).Parse();
}

const Flag* FindFlag(const Command& command, std::string_view name) {
  for (const Flag& flag : command.flags) {
    if (flag.name == name) return &flag;
  }
  for (const Flag& flag : CommonFlags()) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

std::string Args::Text(std::string_view flag, std::string_view fallback) const {
  const auto found = flags_.find(flag);
  return std::string(found == flags_.end() ? fallback : std::string_view(found->second.back()));
}

const std::vector<std::string>& Args::All(std::string_view flag) const {
  static const std::vector<std::string> none;
  const auto found = flags_.find(flag);
  return found == flags_.end() ? none : found->second;
}

Result<std::optional<std::uint64_t>> Args::Number(std::string_view flag, std::uint64_t minimum,
                                                  std::uint64_t maximum) const {
  if (!Has(flag)) return std::optional<std::uint64_t>();
  ASSIGN_OR_RETURN(const std::uint64_t number,
                   ParseNumber(Text(flag), minimum, maximum, "--" + std::string(flag)));
  return std::optional<std::uint64_t>(number);
}

const std::string& Args::positional(std::size_t index) const {
  static const std::string none;
  return index < positionals_.size() ? positionals_[index] : none;
}

std::vector<std::string> Args::PositionalsFrom(std::size_t index) const {
  if (index >= positionals_.size()) return {};
  return {positionals_.begin() + static_cast<std::ptrdiff_t>(index), positionals_.end()};
}

Result<std::uint64_t> ParseNumber(std::string_view text, std::uint64_t minimum,
                                  std::uint64_t maximum, std::string_view what) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < minimum ||
      number > maximum) {
    return Error(Code::kInvalidArgument,
                 "'" + std::string(text) + "' is no value of " + std::string(what))
        .Why("a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
  }
  return number;
}

}  // namespace mooring::app::cli
