#include <utility>
#include <variant>

#include "app/cli/commands.h"
#include "app/cli/profile/profile_file.h"
#include "app/cli/tables/table_file.h"

namespace mooring::app::cli {
namespace {

using data::Type;

bool IsText(Type type) { return type == Type::kString || type == Type::kCategory; }

// The types to read a file's columns as: those of the bins where they say more than a few rows do,
// such as codes of digits that are categories.
Result<data::Schema> SchemaFor(const data::FrozenBins& bins, const data::Schema& found) {
  std::vector<data::Field> fields;
  for (const data::ColumnBins& column : bins) {
    for (const data::Field& field : found.fields()) {
      if (field.name != column.name) continue;
      const bool numbers = std::holds_alternative<data::NumericBins>(column.bins);
      data::Field wanted{.name = column.name, .type = field.type, .nullable = true};
      if (numbers && (IsText(field.type) || IsNumeric(field.type))) wanted.type = Type::kFloat64;
      if (!numbers) wanted.type = Type::kString;
      fields.push_back(std::move(wanted));
    }
  }
  if (!fields.empty()) return data::Schema::Make(std::move(fields));
  return Error(Code::kInvalidArgument, "the file has no column of the profile")
      .Why("columns are matched by name, exactly as the first line of a CSV spells them");
}

Result<ExitCode> RunMake(Context& context, const Args& args) {
  if (!args.Has("like")) {
    // The first profile of a table: its own bins.
    ASSIGN_OR_RETURN(const data::Batch rows,
                     ReadTableFile(context, args.positional(0), std::nullopt));
    ASSIGN_OR_RETURN(const data::BatchProfile learned, data::LearnReference(rows));
    RETURN_IF_ERROR(WriteProfile(context, args, learned));
    return ExitCode::kDone;
  }
  ASSIGN_OR_RETURN(const data::BatchProfile like, ProfileNamed(context, args.Text("like")));
  ASSIGN_OR_RETURN(const data::Schema found, TableFileSchema(context, args.positional(0)));
  ASSIGN_OR_RETURN(data::Schema schema, SchemaFor(*like.bins(), found));
  ASSIGN_OR_RETURN(const data::Batch rows,
                   ReadTableFile(context, args.positional(0), std::move(schema)));
  data::BatchProfile profile(like.bins());
  RETURN_IF_ERROR(profile.Add(rows));
  RETURN_IF_ERROR(WriteProfile(context, args, profile));
  return ExitCode::kDone;
}

}  // namespace

Command ProfileMakeCommand() {
  return {
      .name = "profile make",
      .summary = "count the rows of a file into a profile",
      .text =
          "With --like on the bins of that profile or model, so that both can be compared "
          "and merged;\nwithout, bins are learned from the file, as from training data.",
      .examples = {{"mooring profile make today.parquet --like flight-cover -o today.json",
                    "on the bins of the champion's reference"},
                   {"mooring profile make part2.csv --like part1.json -o part2.json",
                    "a shard like another"}},
      .arguments = {{.name = "FILE", .summary = "CSV or Parquet", .completes = Completes::kFile}},
      .flags = Join({{{.name = "like",
                       .value = "PROFILE",
                       .summary = "a profile's file, or MODEL[@VERSION]",
                       .completes = Completes::kFile},
                      OutFlag()},
                     StoreFlags()}),
      .run = RunMake};
}

}  // namespace mooring::app::cli
