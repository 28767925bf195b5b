#include "app/cli/monitor/exact_source.h"

#include "app/cli/log/journal_directory.h"
#include "app/cli/monitor/report_source.h"
#include "app/cli/store/open.h"
#include "app/cli/tables/table_file.h"
#include "monitoring/exact/batch_source.h"
#include "monitoring/exact/decision_window.h"
#include "monitoring/exact/parquet_source.h"

namespace mooring::app::cli {
namespace {

ExactSide SideOfRows(data::Batch rows) {
  ExactSide side;
  side.rows = std::make_unique<data::Batch>(std::move(rows));
  side.columns = std::make_unique<monitoring::BatchSource>(*side.rows);
  return side;
}

bool IsText(data::Type type) {
  return type == data::Type::kString || type == data::Type::kCategory;
}

// The types that a CSV file is read by.
Result<data::Schema> TypesLike(Context& context, const std::string& path,
                               const data::Schema& like) {
  ASSIGN_OR_RETURN(const data::Schema inferred, TableFileSchema(context, path));
  std::vector<data::Field> fields = inferred.fields();
  for (data::Field& field : fields) {
    field.nullable = true;
    for (const data::Field& known : like.fields()) {
      if (known.name == field.name && IsText(known.type)) field.type = data::Type::kString;
    }
  }
  return data::Schema::Make(std::move(fields));
}

struct Span {
  VersionNumber version = 0;
  std::optional<Time> from, until;
};

Result<std::optional<Time>> TimeOf(const Args& args, std::string_view flag) {
  if (!args.Has(flag)) return std::optional<Time>();
  ASSIGN_OR_RETURN(const Time time, ParseTime(args.Text(flag)));
  return std::optional<Time>(time);
}

// Whose decisions, when a time but no version is given.
Result<VersionNumber> UsualVersion(records::Registry& store, const std::string& model) {
  ASSIGN_OR_RETURN(const auto last, store.Verdicts(model, {.limit = 1, .kind = "drift"}));
  if (!last.empty()) return last.front().version;
  ASSIGN_OR_RETURN(const auto aliases, store.Aliases(model));
  const auto champion = aliases.find("champion");
  if (champion != aliases.end()) return champion->second;
  return Error(Code::kNotFound, "'" + model + "' has no window and no champion yet")
      .Help("say whose decisions: --version N");
}

Result<Span> SpanOf(records::Registry& store, const Args& args) {
  const std::string& model = args.positional(0);
  ASSIGN_OR_RETURN(const auto wanted, args.Number("version", 1, ~VersionNumber{0}));
  Span span{.version = static_cast<VersionNumber>(wanted.value_or(0))};
  ASSIGN_OR_RETURN(span.from, TimeOf(args, "from"));
  ASSIGN_OR_RETURN(span.until, TimeOf(args, "to"));
  if (span.from && span.until && *span.until < *span.from) {
    return Error(Code::kInvalidArgument, "--to is before --from");
  }
  if (!span.from && !span.until) {
    ASSIGN_OR_RETURN(const ModelReport newest,
                     ReportOfModel(store, {.model = model,
                                           .version = span.version,
                                           .windows = 1,
                                           .kind = monitoring::kDriftVerdict}));
    const monitoring::WindowReport& window = *newest.input.drift;
    return Span{.version = window.version, .from = window.start, .until = window.end};
  }
  if (span.version == 0) {
    ASSIGN_OR_RETURN(span.version, UsualVersion(store, model));
  }
  const auto found = store.Version(model, span.version);
  if (!found.ok()) return found.error();
  return span;
}

}  // namespace

Result<ExactSide> SideOfFile(Context& context, const std::string& path,
                             const std::shared_ptr<monitoring::DuckDbPool>& pool,
                             const data::Schema* like) {
  bool parquet = path.find('*') != std::string::npos;
  if (!parquet) {
    ASSIGN_OR_RETURN(parquet, IsParquetFile(context, path));
  }
  if (parquet) {
    return ExactSide{nullptr, std::make_unique<monitoring::ParquetSource>(path, pool)};
  }
  std::optional<data::Schema> types;
  if (like != nullptr && path != "-") {
    ASSIGN_OR_RETURN(types, TypesLike(context, path, *like));
  }
  ASSIGN_OR_RETURN(data::Batch rows, ReadTableFile(context, path, types));
  return SideOfRows(std::move(rows));
}

Result<TwoSides> SidesOfFiles(Context& context, const std::string& reference,
                              const std::string& current,
                              const std::shared_ptr<monitoring::DuckDbPool>& pool) {
  bool streamed = false;
  for (const std::string& path : {reference, current}) {
    streamed = streamed || path.find('*') != std::string::npos;
    if (streamed) break;
    ASSIGN_OR_RETURN(streamed, IsParquetFile(context, path));
    if (streamed) break;
  }
  TwoSides sides;
  if (streamed) {
    ASSIGN_OR_RETURN(sides.reference, SideOfFile(context, reference, pool));
    ASSIGN_OR_RETURN(sides.current, SideOfFile(context, current, pool));
    return sides;
  }
  ASSIGN_OR_RETURN(TwoTables tables, ReadTwoTableFiles(context, reference, current));
  sides.reference = SideOfRows(std::move(tables.reference));
  sides.current = SideOfRows(std::move(tables.current));
  return sides;
}

Result<JournalWindow> WindowOfJournal(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const std::string directory,
                   JournalDirectory(context, "monitor drift MODEL --exact"));
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  ASSIGN_OR_RETURN(const records::ModelRecord record, store->Model(args.positional(0)));
  ASSIGN_OR_RETURN(const Span span, SpanOf(*store, args));
  ASSIGN_OR_RETURN(const std::string text, store->ContractText(record.contract_hash));
  JournalWindow window{.version = span.version};
  ASSIGN_OR_RETURN(window.contract, records::ParseContract(text));
  ASSIGN_OR_RETURN(const records::JournalPosition end,
                   records::EndOfJournal(*context.files, directory));
  ASSIGN_OR_RETURN(data::Batch rows,
                   monitoring::GatherDecisions(
                       {.files = context.files, .directory = directory, .end = end, .start = {}},
                       {.model = record.name,
                        .version = span.version,
                        .from = span.from,
                        .until = span.until,
                        .score_output = window.contract.output.name,
                        .task = window.contract.output.task}));
  window.start = span.from.value_or(Time{});
  window.end = span.until.value_or(context.clock->Now());
  window.side = SideOfRows(std::move(rows));
  return window;
}

}  // namespace mooring::app::cli
