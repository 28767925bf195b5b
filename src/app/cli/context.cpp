#include "app/cli/context.h"

namespace mooring::app::cli {
namespace {

std::string_view Code(Colour colour) {
  switch (colour) {
    case Colour::kRed: return "31";
    case Colour::kGreen: return "32";
    case Colour::kYellow: return "33";
    case Colour::kBold: return "1";
    case Colour::kDim: return "2";
    case Colour::kPlain: break;
  }
  return "";
}

}  // namespace

void Context::Warn(std::string_view text) {
  Hint(Paint("warning:", Colour::kYellow, true) + " " + std::string(text));
}

std::string Context::Paint(std::string_view text, Colour colour, bool on_err) const {
  const std::string when = settings.Text("color");
  const bool terminal_shows = (on_err ? terminal.err : terminal.out) &&
                              Environment("NO_COLOR").empty() && Environment("TERM") != "dumb";
  const bool shows = when == "always" || (when != "never" && terminal_shows);
  if (!shows || colour == Colour::kPlain) return std::string(text);
  return "\x1b[" + std::string(Code(colour)) + "m" + std::string(text) + "\x1b[0m";
}

Result<bool> Context::Confirm(std::string_view question) {
  if (!terminal.in || !terminal.err) {
    return Error(mooring::Code::kInvalidArgument, "nobody to ask: " + std::string(question))
        .Why("stdin or stderr is no terminal")
        .Help("add --yes");
  }
  err->Write(std::string(question) + " [y/N] ");
  ASSIGN_OR_RETURN(const std::optional<std::string> answer, in->ReadLine());
  return answer && (*answer == "y" || *answer == "Y" || *answer == "yes");
}

std::string Context::Environment(std::string_view name) const {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

}  // namespace mooring::app::cli
