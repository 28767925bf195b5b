#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/help/pages.h"
#include "app/cli/program.h"
#include "app/cli/store/open.h"

namespace mooring::app::cli {
namespace {

// What may stand where the cursor is. `words` are those before the current one.
class Completer {
 public:
  Completer(Context& context, std::vector<std::string> words, std::string current)
      : context_(context), words_(std::move(words)), current_(std::move(current)) {}

  void Run() {
    const FoundCommand found = FindCommand(words_);
    if (found.command == nullptr) return Names();
    words_.erase(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(found.words));
    if (found.command->name == "help") return Names();
    Inside(*found.command);
  }

 private:
  void Offer(std::string_view word, std::string_view what) {
    if (!word.starts_with(current_)) return;
    context_.PrintLine(std::string(word) + "\t" + std::string(what));
  }

  // Nouns and single-word commands first, then a noun's verbs.
  void Names() {
    if (words_.empty() || words_[0] == "help") {
      for (const Noun& noun : AllNouns()) Offer(noun.name, noun.summary);
    }
    for (const Command& command : AllCommands()) {
      const std::size_t space = command.name.find(' ');
      if (command.hidden) continue;
      if (words_.empty() && space == std::string_view::npos) Offer(command.name, command.summary);
      if (words_.size() == 1 && space != std::string_view::npos &&
          command.name.substr(0, space) == words_[0]) {
        Offer(command.name.substr(space + 1), command.summary);
      }
    }
    if (words_.size() != 1 || words_[0] != "help") return;
    for (const Topic& topic : AllTopics()) Offer(topic.name, topic.summary);
  }

  void Inside(const Command& command) {
    const Flag* pending = nullptr;  // a flag whose value is at the cursor
    std::vector<std::string> positionals;
    for (const std::string& word : words_) {
      if (pending != nullptr) {
        pending = nullptr;
      } else if (word.starts_with("--") && word.find('=') == std::string::npos) {
        const Flag* flag = FindFlag(command, std::string_view(word).substr(2));
        pending = flag != nullptr && !flag->value.empty() ? flag : nullptr;
      } else if (!word.starts_with('-')) {
        positionals.push_back(word);
      }
    }
    if (pending != nullptr) return Value(*pending);
    if (current_.starts_with('-')) return FlagNames(command);
    Positional(command, positionals);
  }

  void FlagNames(const Command& command) {
    for (const Flag& flag : command.flags) Offer("--" + std::string(flag.name), flag.summary);
    for (const Flag& flag : CommonFlags()) Offer("--" + std::string(flag.name), flag.summary);
  }

  void Value(const Flag& flag) {
    for (const std::string_view choice : flag.choices) Offer(choice, flag.summary);
    Things(flag.completes, "");
  }

  void Positional(const Command& command, const std::vector<std::string>& before) {
    if (command.arguments.empty()) return;
    const std::size_t index = std::min(before.size(), command.arguments.size() - 1);
    const Argument& argument = command.arguments[index];
    if (before.size() > index && !argument.repeated) return;
    Things(argument.completes, before.empty() ? "" : before[0]);
  }

  void Things(Completes completes, const std::string& model) {
    if (completes == Completes::kFile || completes == Completes::kDirectory) {
      context_.PrintLine(":files");
      return;
    }
    if (completes == Completes::kNothing) return;
    // A store that does not open is no reason to disturb somebody who presses TAB.
    auto store = OpenExistingStore(context_);
    if (!store.ok()) return;
    if (completes == Completes::kModel) return Models(**store);
    auto versions = (*store)->Versions(model);
    if (!versions.ok()) return;
    for (const auto& version : *versions) Offer(std::to_string(version.number), version.source);
  }

  void Models(records::Registry& store) {
    auto models = store.Models();
    if (!models.ok()) return;
    for (const auto& model : *models) Offer(model.name, model.purpose);
  }

  Context& context_;
  std::vector<std::string> words_;
  const std::string current_;
};

Result<ExitCode> RunComplete(Context& context, const Args& args) {
  std::vector<std::string> words = args.PositionalsFrom(0);
  std::string current;
  if (!words.empty()) {
    current = words.back();
    words.pop_back();
  }
  Completer(context, std::move(words), std::move(current)).Run();
  return ExitCode::kDone;
}

}  // namespace

Command CompleteCommand() {
  return {
      .name = "__complete",
      .summary = "what may stand at the end of a command line",
      .text =
          "Called by the scripts of 'mooring completion', after --. The last word is the one that\n"
          "is being typed. Lines are WORD<TAB>WHAT; a line ':files' asks for file names.",
      .arguments =
          {{.name = "WORD", .summary = "words so far", .required = false, .repeated = true}},
      .run = RunComplete,
      .hidden = true};
}

}  // namespace mooring::app::cli
