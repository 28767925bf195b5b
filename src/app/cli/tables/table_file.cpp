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
  bool parquet() const { return text().starts_with(kParquetMagic); }
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

data::CsvOptions CsvOf(const std::string& path) {
  return {.name = path == "-" ? "stdin" : path, .skip_unknown = true};
}

Result<data::Schema> NullableTypes(const TableText& taken, const std::string& path) {
  ASSIGN_OR_RETURN(const data::Schema types, data::InferCsvSchema(taken.text(), CsvOf(path)));
  // A sample without empty fields promises nothing about the rest.
  std::vector<data::Field> fields = types.fields();
  for (data::Field& field : fields) field.nullable = true;
  return data::Schema::Make(std::move(fields));
}

Result<data::Batch> ReadCsv(const TableText& taken, const std::string& path,
                            const data::Schema& types) {
  return data::ParseCsv(taken.text(), std::make_shared<const data::Schema>(types), CsvOf(path),
                        kTableRows);
}

bool IsText(data::Type type) {
  return type == data::Type::kString || type == data::Type::kCategory;
}

// `types`, with columns that are text here and not in `other` of the other's kind.
Result<data::Schema> OfOneKind(const data::Schema& types, const data::Schema& other) {
  std::vector<data::Field> fields = types.fields();
  for (data::Field& field : fields) {
    const auto place = other.Find(field.name);
    if (!place || !IsText(field.type) || IsText(other.field(*place).type)) continue;
    const data::Type known = other.field(*place).type;
    field.type = known == data::Type::kInt64 ? data::Type::kFloat64 : known;
    field.dictionary = nullptr;
  }
  return data::Schema::Make(std::move(fields));
}

}  // namespace

Result<data::Batch> ReadTableFile(Context& context, const std::string& path,
                                  const std::optional<data::Schema>& schema) {
  ASSIGN_OR_RETURN(const TableText taken, Take(context, path));
  if (taken.parquet()) return ReadParquetFile(context, path, schema);
  if (schema) return ReadCsv(taken, path, *schema);
  ASSIGN_OR_RETURN(const data::Schema types, NullableTypes(taken, path));
  return ReadCsv(taken, path, types);
}

Result<TwoTables> ReadTwoTableFiles(Context& context, const std::string& reference,
                                    const std::string& current) {
  ASSIGN_OR_RETURN(const TableText before, Take(context, reference));
  ASSIGN_OR_RETURN(const TableText now, Take(context, current));
  if (before.parquet() || now.parquet()) {
    const auto read = [&context](const TableText& text,
                                 const std::string& path) -> Result<data::Batch> {
      if (text.parquet()) return ReadParquetFile(context, path, std::nullopt);
      ASSIGN_OR_RETURN(const data::Schema types, NullableTypes(text, path));
      return ReadCsv(text, path, types);
    };
    ASSIGN_OR_RETURN(data::Batch one, read(before, reference));
    ASSIGN_OR_RETURN(data::Batch other, read(now, current));
    return TwoTables{std::move(one), std::move(other)};
  }
  ASSIGN_OR_RETURN(const data::Schema first, NullableTypes(before, reference));
  ASSIGN_OR_RETURN(const data::Schema second, NullableTypes(now, current));
  ASSIGN_OR_RETURN(const data::Schema first_types, OfOneKind(first, second));
  ASSIGN_OR_RETURN(const data::Schema second_types, OfOneKind(second, first));
  ASSIGN_OR_RETURN(data::Batch one, ReadCsv(before, reference, first_types));
  ASSIGN_OR_RETURN(data::Batch other, ReadCsv(now, current, second_types));
  return TwoTables{std::move(one), std::move(other)};
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
