#include "app/cli/tables/table_file.h"

#include "base/crypto/digest.h"
#include "base/limits.h"
#include "data/store/duckdb.h"
#include "data/table/csv.h"
#include "data/table/parquet.h"

namespace mooring::app::cli {
namespace {

constexpr std::string_view kParquetMagic = "PAR1";

// A file's bytes, or those of standard input.
struct TableText {
  std::unique_ptr<MappedFile> mapped;
  std::string piped;
  std::string_view text() const { return mapped ? AsText(mapped->bytes()) : piped; }
};

Result<TableText> Take(Context& context, const std::string& path) {
  TableText taken;
  if (path == "-") {
    ASSIGN_OR_RETURN(taken.piped, context.in->ReadAll(limits::kArtifactBytes));
  } else {
    ASSIGN_OR_RETURN(taken.mapped, context.files->Map(path));
  }
  return taken;
}

Result<std::unique_ptr<data::DuckDb>> OpenDuckDb(const Context& context) {
  return data::DuckDb::Open(
      {.library_directory = FindLibraries(context.settings.Text("library_dir"))});
}

// Columns of the schema that the file has; which are missing is found when types are converted.
Result<data::Batch> ReadParquetFile(const Context& context, const std::string& path,
                                    const std::optional<data::Schema>& schema) {
  ASSIGN_OR_RETURN(const auto db, OpenDuckDb(context));
  data::ParquetQuery query{.path = path};
  if (schema) {
    query.limit = 0;
    ASSIGN_OR_RETURN(const data::Batch none, data::ReadParquetAll(*db, query, 1));
    for (const data::Field& field : schema->fields()) {
      if (none.Find(field.name) != nullptr) query.columns.push_back(field.name);
    }
    query.limit.reset();
  }
  return data::ReadParquetAll(*db, query, kTableRows);
}

}  // namespace

Result<data::Batch> ReadTableFile(Context& context, const std::string& path,
                                  const std::optional<data::Schema>& schema) {
  ASSIGN_OR_RETURN(const TableText taken, Take(context, path));
  if (taken.text().starts_with(kParquetMagic)) return ReadParquetFile(context, path, schema);
  const data::CsvOptions options{.name = path == "-" ? "stdin" : path, .skip_unknown = true};
  data::Schema types;
  if (schema) {
    types = *schema;
  } else {
    ASSIGN_OR_RETURN(types, data::InferCsvSchema(taken.text(), options));
    // A sample without empty fields promises nothing about the rest.
    std::vector<data::Field> fields = types.fields();
    for (data::Field& field : fields) field.nullable = true;
    ASSIGN_OR_RETURN(types, data::Schema::Make(std::move(fields)));
  }
  return data::ParseCsv(taken.text(), std::make_shared<const data::Schema>(std::move(types)),
                        options, kTableRows);
}

Result<data::Schema> TableFileSchema(Context& context, const std::string& path) {
  ASSIGN_OR_RETURN(const TableText taken, Take(context, path));
  if (taken.text().starts_with(kParquetMagic)) {
    ASSIGN_OR_RETURN(const auto db, OpenDuckDb(context));
    ASSIGN_OR_RETURN(const data::Batch none,
                     data::ReadParquetAll(*db, {.path = path, .limit = 0}, 1));
    return none.schema();
  }
  return data::InferCsvSchema(taken.text(), {.name = path});
}

Result<bool> IsParquetFile(Context& context, const std::string& path) {
  if (path == "-") return false;
  ASSIGN_OR_RETURN(const auto mapped, context.files->Map(path));
  return AsText(mapped->bytes()).starts_with(kParquetMagic);
}

Result<std::string> FileWithDigest(Context& context, const std::string& path) {
  ASSIGN_OR_RETURN(const auto mapped, context.files->Map(path));
  return path + " sha256:" + Hex(Sha256Of(mapped->bytes()));
}

}  // namespace mooring::app::cli
