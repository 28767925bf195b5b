#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/store/open.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunShow(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  ASSIGN_OR_RETURN(const records::ModelRecord model, store->Model(args.positional(0)));
  const std::string hash = args.Text("hash", model.contract_hash);
  if (hash.empty()) {
    return Error(Code::kNotFound, "model '" + model.name + "' has no contract")
        .Help("mooring contract init MODEL_FILE --model " + model.name);
  }
  ASSIGN_OR_RETURN(const std::string text, store->ContractText(hash));
  context.Print(text);
  return ExitCode::kDone;
}

}  // namespace

Command ContractShowCommand() {
  return {.name = "contract show",
          .summary = "print the contract that is in force, as it was written",
          .examples = {{"mooring contract show flight-cover > contract.yaml", "to edit it"}},
          .arguments = {{.name = "MODEL", .summary = "model", .completes = Completes::kModel}},
          .flags = Join(
              {{{.name = "hash", .value = "SHA256", .summary = "an earlier contract, by its hash"}},
               StoreFlags()}),
          .run = RunShow};
}

}  // namespace mooring::app::cli
