#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/log/journal_directory.h"
#include "app/cli/log/lake_places.h"
#include "app/cli/output/listing.h"
#include "base/limits.h"
#include "records/journal/reader.h"

namespace mooring::app::cli {
namespace {

constexpr std::uint64_t kUsualRows = 1'000'000;

Cell CellOf(const data::Column& column, std::size_t row) {
  if (column.IsNull(row)) return {};
  switch (column.type()) {
    case data::Type::kString:
    case data::Type::kCategory: return Cell(column.Text(row));
    case data::Type::kInt32: return Cell(std::int64_t{column.Values<std::int32_t>()[row]});
    case data::Type::kInt64: return Cell(column.Values<std::int64_t>()[row]);
    case data::Type::kBool: return Cell(column.Values<std::uint8_t>()[row] != 0);
    case data::Type::kTimestamp: return Cell(Time(Micros(column.Values<std::int64_t>()[row])));
    case data::Type::kFloat32:
    case data::Type::kFloat64: break;
  }
  return Cell(column.Number(row));
}

Result<ExitCode> RunQuery(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const std::string directory, JournalDirectory(context, "log query"));
  std::string sql = args.positional(0);
  if (sql == "-") {
    ASSIGN_OR_RETURN(sql, context.in->ReadAll(limits::kRequestBodyBytes));
  }
  ASSIGN_OR_RETURN(const auto asked, args.Number("limit", 1, 100'000'000));
  ASSIGN_OR_RETURN(const records::JournalPosition end,
                   records::EndOfJournal(*context.files, directory));
  ASSIGN_OR_RETURN(const auto db, records::OpenAnalysis(LakePlacesOf(context), end));
  ASSIGN_OR_RETURN(const data::Batch answer, db->QueryAll(sql, asked.value_or(kUsualRows)));
  std::vector<FieldName> fields;
  for (const data::Field& field : answer.schema().fields()) {
    fields.push_back({field.name, std::string(data::TypeName(field.type))});
  }
  Listing listing("mooring.query/1", std::move(fields));
  for (std::size_t row = 0; row < answer.rows(); ++row) {
    std::vector<Cell> cells;
    for (std::size_t i = 0; i < answer.width(); ++i) {
      cells.push_back(CellOf(answer.column(i), row));
    }
    listing.Add(std::move(cells));
  }
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command LogQueryCommand() {
  return {
      .name = "log query",
      .summary = "ask the journal in SQL",
      .text =
          "The views are decisions, outcomes, latest_outcomes and labelled (decisions beside "
          "their\noutcomes). Sealed segments are read as Parquet, the rest from the journal, "
          "beside a\nrunning server. The SQL is DuckDB's; it changes nothing and reads "
          "nothing else.",
      .examples = {{"mooring log query \"select version, count(*) from decisions group by 1\"",
                    "decisions a version"},
                   {"mooring log query - -o csv < report.sql", "from a file, for a spreadsheet"}},
      .arguments = {{.name = "SQL", .summary = "one statement; - for stdin"}},
      .flags = Join(
          {{{.name = "limit", .value = "N", .summary = "more rows are an error (default 1000000)"},
            {.name = "library-dir",
             .value = "DIR",
             .summary = "where DuckDB is",
             .setting = "library_dir",
             .completes = Completes::kDirectory}},
           LocalFlags(),
           OutputFlags()}),
      .run = RunQuery};
}

}  // namespace mooring::app::cli
