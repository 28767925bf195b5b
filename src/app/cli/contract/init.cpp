#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/store/registrar.h"
#include "app/cli/tables/table_file.h"
#include "control/registration/contract_draft.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunInit(Context& context, const Args& args) {
  const std::string libraries = FindLibraries(context.settings.Text("library_dir"));
  ASSIGN_OR_RETURN(const auto model,
                   control::LoadArtifact(*context.files, args.positional(0), libraries,
                                         context.transport, PythonOf(context)));
  std::optional<data::Batch> training;
  if (args.Has("training-data")) {
    ASSIGN_OR_RETURN(training, ReadTableFile(context, args.Text("training-data"), std::nullopt));
  }
  const control::DraftOptions options{.model = args.Text("model"),
                                      .team = args.Text("team"),
                                      .label = args.Text("label"),
                                      .training = training ? &*training : nullptr};
  context.Print(control::DraftContract(*model, options));
  context.Hint("a draft: correct it, then 'mooring contract check' and 'mooring apply'");
  return ExitCode::kDone;
}

}  // namespace

Command ContractInitCommand() {
  return {.name = "contract init",
          .summary = "print a contract to start from, out of a model and its training data",
          .examples = {{"mooring contract init model.ubj --model churn --training-data train.csv "
                        "--label churned > churn.yaml",
                        "inputs with ranges and categories, and the outcome"}},
          .arguments = {{.name = "PATH",
                         .summary = "model file or directory",
                         .completes = Completes::kFile}},
          .flags = {{.name = "model", .value = "NAME", .summary = "what the model will be called"},
                    {.name = "team", .value = "NAME", .summary = "the owner's team"},
                    {.name = "training-data",
                     .value = "FILE",
                     .summary = "CSV or Parquet",
                     .completes = Completes::kFile},
                    {.name = "label",
                     .value = "COLUMN",
                     .summary = "the outcome's name, as the training data call it"},
                    {.name = "library-dir",
                     .value = "DIR",
                     .summary = "where ONNX Runtime is",
                     .setting = "library_dir",
                     .completes = Completes::kDirectory}},
          .run = RunInit};
}

}  // namespace mooring::app::cli
