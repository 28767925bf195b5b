#include <algorithm>

#include "records/journal/recovery.h"
#include "records/lake/lake.h"
#include "records/lake/lake_files.h"
#include "records/lake/lake_rows.h"

namespace mooring::records {
namespace {

using data::DuckDb;

// Builds the views: one SELECT for the lake's files and one for each table of what is not exported.
class Analysis {
 public:
  explicit Analysis(const LakePlaces& places) : places_(places), names_(places.lake_directory) {}

  Result<std::unique_ptr<DuckDb>> Open(JournalPosition end) {
    ASSIGN_OR_RETURN(db_, DuckDb::Open({.library_directory = places_.library_directory,
                                        .only_directories = {places_.lake_directory}}));
    RETURN_IF_ERROR(AddEmptyTables());
    RETURN_IF_ERROR(AddLake());
    RETURN_IF_ERROR(AddTail(end));
    RETURN_IF_ERROR(db_->Run("CREATE VIEW decisions AS " + decisions_));
    RETURN_IF_ERROR(db_->Run("CREATE VIEW outcomes AS " + outcomes_));
    RETURN_IF_ERROR(db_->Run(
        "CREATE VIEW latest_outcomes AS SELECT * FROM outcomes QUALIFY row_number() OVER "
        "(PARTITION BY decision_id, name "
        "ORDER BY recorded_segment DESC, recorded_place DESC) = 1"));
    RETURN_IF_ERROR(db_->Run(
        "CREATE VIEW labelled AS SELECT d.*, o.name AS outcome_name, o.value AS outcome_value, "
        "o.text AS outcome_text, o.at AS outcome_at FROM decisions d "
        "LEFT JOIN latest_outcomes o USING (decision_id)"));
    return std::move(db_);
  }

 private:
  // So that the views have their columns when there is nothing yet.
  Status AddEmptyTables() {
    ASSIGN_OR_RETURN(const data::Schema schema, data::Schema::Make(DecisionFields()));
    RETURN_IF_ERROR(db_->CreateTable("no_decisions", schema));
    RETURN_IF_ERROR(db_->CreateTable("no_outcomes", *OutcomeSchema()));
    decisions_ = "SELECT * FROM no_decisions";
    outcomes_ = "SELECT * FROM no_outcomes";
    return Ok();
  }

  // Files of complete segments only: a half exported one is read from the journal instead.
  Status AddLake() {
    FileSystem& files = *places_.files;
    if (!files.Exists(names_.DoneFolder())) return Ok();
    ASSIGN_OR_RETURN(const std::vector<std::string> done, files.List(names_.DoneFolder()));
    std::string decisions, outcomes;
    for (const std::string& name : done) {
      if (name.ends_with(".tmp")) continue;
      ASSIGN_OR_RETURN(const std::string text,
                       files.ReadFile(names_.DoneFolder() + "/" + name, 16 << 20));
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string file = text.substr(at, end - at);
        std::string& list = file.starts_with("outcomes/") ? outcomes : decisions;
        list += (list.empty() ? "" : ", ") + DuckDb::Quote(places_.lake_directory + "/" + file);
        at = end + 1;
      }
    }
    const auto add = [](std::string& view, const std::string& list) {
      if (list.empty()) return;
      view += " UNION ALL BY NAME SELECT * FROM read_parquet([" + list +
              "], union_by_name = true, hive_partitioning = false)";
    };
    add(decisions_, decisions);
    add(outcomes_, outcomes);
    return Ok();
  }

  Status AddTail(JournalPosition end) {
    if (end.segment == 0) return Ok();
    ASSIGN_OR_RETURN(const SegmentList list,
                     ListSegments(*places_.files, places_.journal_directory));
    for (const std::uint32_t number : list.numbers) {
      if (number > end.segment) break;
      if (places_.files->Exists(names_.Done(list.anchor.replica, number))) continue;
      LakeRows rows;
      const JournalPosition limit = number == end.segment ? end : JournalPosition{number + 1, 0};
      RETURN_IF_ERROR(ReadSegment(places_, number, limit, rows));
      for (const auto& table : rows.decisions()) RETURN_IF_ERROR(AddTable(table->rows, decisions_));
      if (rows.outcomes().rows() != 0) RETURN_IF_ERROR(AddTable(rows.outcomes(), outcomes_));
    }
    return Ok();
  }

  Status AddTable(const data::Batch& rows, std::string& view) {
    const std::string name = "tail_" + std::to_string(tables_++);
    RETURN_IF_ERROR(
        db_->RunOver(rows, "CREATE TABLE " + name + " AS SELECT * FROM mooring_rows()"));
    view += " UNION ALL BY NAME SELECT * FROM " + name;
    return Ok();
  }

  const LakePlaces& places_;
  const LakeNames names_;
  std::unique_ptr<DuckDb> db_;
  std::string decisions_, outcomes_;   // the views' SQL
  std::size_t tables_ = 0;
};

}  // namespace

Result<std::unique_ptr<DuckDb>> OpenAnalysis(const LakePlaces& places, JournalPosition end) {
  return Analysis(places).Open(end);
}

}  // namespace mooring::records
