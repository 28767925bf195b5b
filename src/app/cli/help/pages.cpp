#include "app/cli/help/pages.h"

#include "app/cli/commands.h"

namespace mooring::app::cli {
namespace {

std::string Title(const Context& context, std::string_view text) {
  return context.Paint(text, Colour::kBold) + "\n";
}

// "  left      right", with the left sides as wide as the widest.
class Pairs {
 public:
  void Add(std::string left, std::string_view right) {
    widest_ = std::max(widest_, left.size());
    lines_.emplace_back(std::move(left), right);
  }
  bool empty() const { return lines_.empty(); }
  std::string Text() const {
    std::string text;
    for (const auto& [left, right] : lines_) {
      text += "  " + left + std::string(widest_ - left.size() + 2, ' ') + std::string(right) + "\n";
    }
    return text;
  }

 private:
  std::size_t widest_ = 0;
  std::vector<std::pair<std::string, std::string_view>> lines_;
};

std::string FlagText(const Flag& flag) {
  std::string text = flag.letter != 0 ? std::string("-") + flag.letter + ", " : "    ";
  text += "--" + std::string(flag.name);
  if (!flag.value.empty()) text += " " + std::string(flag.value);
  return text;
}

std::string Flags(const Context& context, std::string_view title, const std::vector<Flag>& flags) {
  Pairs pairs;
  for (const Flag& flag : flags) pairs.Add(FlagText(flag), flag.summary);
  return pairs.empty() ? "" : "\n" + Title(context, title) + pairs.Text();
}

std::string Examples(const Context& context, const Command& command) {
  if (command.examples.empty()) return "";
  std::string text = "\n" + Title(context, "Examples");
  for (const Example& example : command.examples) {
    text += "  " + context.Paint("# " + std::string(example.what), Colour::kDim) + "\n";
    text += "  $ " + std::string(example.line) + "\n";
  }
  return text;
}

}  // namespace

std::string VersionLine() { return "mooring " MOORING_VERSION; }

std::string UsageLine(const Command& command) {
  std::string text = "mooring " + std::string(command.name);
  for (const Argument& argument : command.arguments) {
    const std::string name = std::string(argument.name) + (argument.repeated ? "…" : "");
    text += argument.required ? " " + name : " [" + name + "]";
  }
  return text + " [flags]";
}

std::string CommandPage(const Context& context, const Command& command) {
  std::string page = std::string(command.summary) + "\n" + Examples(context, command);
  page += "\n" + Title(context, "Usage") + "  " + UsageLine(command) + "\n";
  if (!command.text.empty()) page += "\n" + std::string(command.text) + "\n";
  Pairs arguments;
  for (const Argument& argument : command.arguments) {
    arguments.Add(std::string(argument.name), argument.summary);
  }
  if (!arguments.empty()) page += "\n" + Title(context, "Arguments") + arguments.Text();
  page += Flags(context, "Flags", command.flags);
  page += Flags(context, "Common flags", CommonFlags());
  return page;
}

std::string NounPage(const Context& context, std::string_view noun) {
  std::string page;
  for (const Noun& known : AllNouns()) {
    if (known.name == noun) page += std::string(known.summary) + "\n";
  }
  Pairs verbs;
  for (const Command& command : AllCommands()) {
    if (command.hidden || !command.name.starts_with(std::string(noun) + " ")) continue;
    verbs.Add("mooring " + std::string(command.name), command.summary);
  }
  page += "\n" + Title(context, "Commands") + verbs.Text();
  return page + "\nmooring help " + std::string(noun) + " VERB says more.\n";
}

std::string OverviewPage(const Context& context) {
  std::string page =
      "mooring keeps models from drifting: serves them behind a contract, writes every\n"
      "decision down before it answers, watches, and rolls back in a moment.\n";
  Pairs start;
  start.Add("mooring apply contract.yaml", "say what production means for a model");
  start.Add("mooring version register MODEL PATH", "bring a version: file or MLflow directory");
  start.Add("mooring version promote MODEL 1", "put it into production");
  start.Add("mooring serve", "answer on http://127.0.0.1:8080");
  page += "\n" + Title(context, "Start here") + start.Text();
  Pairs commands;
  for (const Command& command : AllCommands()) {
    if (!command.hidden) commands.Add(std::string(command.name), command.summary);
  }
  page += "\n" + Title(context, "Commands") + commands.Text();
  Pairs topics;
  for (const Topic& topic : AllTopics())
    topics.Add("help " + std::string(topic.name), topic.summary);
  page += "\n" + Title(context, "Topics") + topics.Text();
  return page + "\nmooring COMMAND --help says more, examples first.\n";
}

}  // namespace mooring::app::cli
