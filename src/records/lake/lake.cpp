#include "records/lake/lake.h"

#include <atomic>

#include "base/threads/named_thread.h"
#include "data/table/parquet.h"
#include "records/journal/reader.h"
#include "records/journal/recovery.h"
#include "records/lake/lake_files.h"
#include "records/lake/lake_rows.h"

namespace mooring::records {
namespace {

// Exports segments one by one, with a DuckDB of its own.
class Exporter {
 public:
  Exporter(const LakePlaces& places, std::uint16_t replica)
      : places_(places), names_(places.lake_directory), replica_(replica) {}

  Status Export(std::uint32_t number) {
    if (db_ == nullptr) {
      ASSIGN_OR_RETURN(db_, data::DuckDb::Open({.library_directory = places_.library_directory,
                                                .threads = 1}));
    }
    LakeRows rows;
    RETURN_IF_ERROR(ReadSegment(places_, number, {number + 1, 0}, rows));
    std::string made;
    std::size_t place = 0;
    for (const auto& table : rows.decisions()) {
      const std::string folder = names_.DecisionFolder(table->binding->model, table->day);
      RETURN_IF_ERROR(places_.files->MakeDirectories(folder));
      const std::string path = names_.Decisions(folder, {replica_, number, 0},
                                                table->binding->version, place++);
      RETURN_IF_ERROR(Write(table->rows, folder, path));
      made += path.substr(places_.lake_directory.size() + 1) + "\n";
      report_.decisions += table->rows.rows();
    }
    if (rows.outcomes().rows() != 0) {
      const std::string path = names_.Outcomes(replica_, number);
      RETURN_IF_ERROR(Write(rows.outcomes(), names_.OutcomeFolder(), path));
      made += path.substr(places_.lake_directory.size() + 1) + "\n";
      report_.outcomes += rows.outcomes().rows();
    }
    ++report_.segments;
    return places_.files->WriteFileDurably(names_.Done(replica_, number), AsBytes(made));
  }

  const LakeReport& report() const { return report_; }

 private:
  // Durable under its final name, or not there.
  Status Write(const data::Batch& rows, const std::string& folder, const std::string& path) {
    const std::string temporary = path + ".tmp";
    RETURN_IF_ERROR(data::WriteParquet(*db_, rows, temporary));
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
  const std::uint16_t replica_;
  std::unique_ptr<data::DuckDb> db_;   // opened when there is something to export
  LakeReport report_;
};

// Takes segments in their order until all are done or one fails.
struct Queue {
  std::vector<std::uint32_t> numbers;
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};

  Status Work(Exporter& exporter) {
    while (!failed) {
      const std::size_t mine = next++;
      if (mine >= numbers.size()) break;
      if (Status done = exporter.Export(numbers[mine]); !done.ok()) {
        failed = true;
        return done;
      }
    }
    return Ok();
  }
};

Result<LakeReport> ExportAll(const LakePlaces& places, std::uint16_t replica,
                             std::vector<std::uint32_t> numbers) {
  Queue queue{.numbers = std::move(numbers)};
  Exporter first(places, replica), second(places, replica);
  Status first_done, second_done;
  NamedThread helper;
  // The second core is worth a thread only when it has something to do.
  if (queue.numbers.size() > 1) {
    helper = NamedThread("lake", [&](const std::stop_token&) { second_done = queue.Work(second); });
  }
  first_done = queue.Work(first);
  helper.Join();
  RETURN_IF_ERROR(first_done);
  RETURN_IF_ERROR(second_done);
  LakeReport report = first.report();
  report.segments += second.report().segments;
  report.decisions += second.report().decisions;
  report.outcomes += second.report().outcomes;
  report.files += second.report().files;
  return report;
}

}  // namespace

Result<LakeReport> ExportSegments(const LakePlaces& places, std::uint32_t before) {
  FileSystem& files = *places.files;
  const LakeNames names(places.lake_directory);
  ASSIGN_OR_RETURN(const SegmentList list, ListSegments(files, places.journal_directory));
  RETURN_IF_ERROR(names.MakeDirectories(files));
  ASSIGN_OR_RETURN(const auto lock, files.Lock(names.Lock()));
  std::vector<std::uint32_t> wanted;
  for (const std::uint32_t number : list.numbers) {
    if (number >= before) break;
    if (!files.Exists(names.Done(list.anchor.replica, number))) wanted.push_back(number);
  }
  return ExportAll(places, list.anchor.replica, std::move(wanted));
}

}  // namespace mooring::records
