#include "app/cli/commands.h"
#include "app/cli/profile/profile_file.h"

namespace mooring::app::cli {
namespace {

Result<ExitCode> RunMerge(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(data::BatchProfile sum, ReadProfileFile(context, args.positional(0)));
  for (const std::string& path : args.PositionalsFrom(1)) {
    ASSIGN_OR_RETURN(const data::BatchProfile next, ReadProfileFile(context, path));
    if (sum.Merge(next).ok()) continue;
    return Error(Code::kInvalidArgument, path + " has other bins than " + args.positional(0))
        .Why("counts of different bins do not add up")
        .Help("mooring profile make FILE --like " + args.positional(0));
  }
  RETURN_IF_ERROR(WriteProfile(context, args, sum));
  return ExitCode::kDone;
}

}  // namespace

Command ProfileMergeCommand() {
  return {.name = "profile merge",
          .summary = "add profiles of the same bins up",
          .text = "The sum is, bit for bit, the profile of all rows together, in whatever order.",
          .examples = {{"mooring profile merge part1.json part2.json -o day.json", "two shards"}},
          .arguments = {{.name = "PROFILE",
                         .summary = "file",
                         .repeated = true,
                         .completes = Completes::kFile}},
          .flags = {OutFlag()},
          .run = RunMerge};
}

}  // namespace mooring::app::cli
