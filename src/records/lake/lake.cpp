#include "records/lake/lake.h"

#include "data/table/parquet.h"
#include "records/journal/reader.h"
#include "records/journal/recovery.h"
#include "records/lake/lake_files.h"
#include "records/lake/lake_rows.h"

namespace mooring::records {
namespace {

class Exporter {
 public:
  explicit Exporter(const LakePlaces& places) : places_(places), names_(places.lake_directory) {}

  Result<LakeReport> Run(std::uint32_t before) {
    FileSystem& files = *places_.files;
    ASSIGN_OR_RETURN(const SegmentList list, ListSegments(files, places_.journal_directory));
    RETURN_IF_ERROR(names_.MakeDirectories(files));
    ASSIGN_OR_RETURN(const auto lock, files.Lock(names_.Lock()));
    for (const std::uint32_t number : list.numbers) {
      if (number >= before) break;
      if (files.Exists(names_.Done(list.anchor.replica, number))) continue;
      if (db_ == nullptr) {
        ASSIGN_OR_RETURN(db_, data::DuckDb::Open({.library_directory = places_.library_directory}));
      }
      RETURN_IF_ERROR(ExportOne(list.anchor.replica, number));
    }
    return report_;
  }

 private:
  Status ExportOne(std::uint16_t replica, std::uint32_t number) {
    LakeRows rows;
    RETURN_IF_ERROR(ReadSegment(places_, number, {number + 1, 0}, rows));
    std::string made;
    std::size_t place = 0;
    for (const auto& table : rows.decisions()) {
      const std::string folder = names_.DecisionFolder(table->binding->model, table->day);
      RETURN_IF_ERROR(places_.files->MakeDirectories(folder));
      const std::string path = names_.Decisions(folder, {replica, number, 0},
                                                table->binding->version, place++);
      RETURN_IF_ERROR(Write(table->rows, folder, path));
      made += path.substr(places_.lake_directory.size() + 1) + "\n";
      report_.decisions += table->rows.rows();
    }
    if (rows.outcomes().rows() != 0) {
      const std::string path = names_.Outcomes(replica, number);
      RETURN_IF_ERROR(Write(rows.outcomes(), names_.OutcomeFolder(), path));
      made += path.substr(places_.lake_directory.size() + 1) + "\n";
      report_.outcomes += rows.outcomes().rows();
    }
    ++report_.segments;
    return places_.files->WriteFileDurably(names_.Done(replica, number), AsBytes(made));
  }

  // Durable under its final name, or not there.
  Status Write(const data::Batch& rows, const std::string& folder, const std::string& path) {
    const std::string temporary = path + ".tmp";
    ASSIGN_OR_RETURN(data::ParquetWriter writer, data::ParquetWriter::Open(*db_, rows.schema()));
    RETURN_IF_ERROR(writer.Add(rows));
    RETURN_IF_ERROR(writer.Finish(temporary));
    {
      ASSIGN_OR_RETURN(const auto file, places_.files->Open(temporary, OpenMode::kReadWrite));
      RETURN_IF_ERROR(file->Sync());
    }
    RETURN_IF_ERROR(places_.files->Rename(temporary, path));
    ++report_.files;
    return places_.files->SyncDirectory(folder);
  }

  const LakePlaces& places_;
  const LakeNames names_;
  std::unique_ptr<data::DuckDb> db_;   // opened when there is something to export
  LakeReport report_;
};

}  // namespace

Result<LakeReport> ExportSegments(const LakePlaces& places, std::uint32_t before) {
  return Exporter(places).Run(before);
}

}  // namespace mooring::records
