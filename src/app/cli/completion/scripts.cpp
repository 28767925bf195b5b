#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"

namespace mooring::app::cli {
namespace {

// Each script asks the program itself (`mooring __complete`), so that it is right for ever. The
// program answers "word<TAB>what it is" lines; a first line ":files" asks the shell for files.
constexpr std::string_view kBash =
    R"~(# mooring completion for bash: eval "$(mooring completion bash)"
_mooring() {
  local line words=("${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default
    else
      COMPREPLY+=("${line%%$'\t'*}")
    fi
  done < <("${COMP_WORDS[0]}" __complete -- "${words[@]}" 2>/dev/null)
}
complete -F _mooring mooring
)~";

constexpr std::string_view kZsh = R"~(#compdef mooring
# mooring completion for zsh: mooring completion zsh > "${fpath[1]}/_mooring"
_mooring() {
  local line files=0
  local -a answers
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=1
    else
      answers+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    fi
  done < <("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  (( ${#answers} )) && _describe mooring answers
  (( files )) && _files
}
compdef _mooring mooring
)~";

constexpr std::string_view kFish =
    R"~(# mooring completion for fish: mooring completion fish | source
function __mooring_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] __complete -- $words[2..-1] 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c mooring -f -a '(__mooring_complete)'
)~";

Result<ExitCode> RunCompletion(Context& context, const Args& args) {
  const std::string& shell = args.positional(0);
  if (shell == "bash")
    context.Print(kBash);
  else if (shell == "zsh")
    context.Print(kZsh);
  else if (shell == "fish")
    context.Print(kFish);
  else
    return Error(Code::kInvalidArgument, "no completion for '" + shell + "'")
        .Why("shells: bash, zsh, fish");
  return ExitCode::kDone;
}

}  // namespace

Command CompletionCommand() {
  return {.name = "completion",
          .summary = "print a script that completes commands, flags and model names",
          .examples = {{"eval \"$(mooring completion bash)\"", "in ~/.bashrc"},
                       {"mooring completion fish | source", "in config.fish"}},
          .arguments = {{.name = "SHELL", .summary = "bash, zsh or fish"}},
          .run = RunCompletion,
          .needs_settings = false};
}

}  // namespace mooring::app::cli
