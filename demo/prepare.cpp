// flights_prepare: three million flights become training data, two models and live traffic.
//
//   flights_prepare --source flights-3m.parquet --out build/demo
//
// Writes train_v1.csv (January 1-21, 2001), train_v2.csv (the same weeks, corrupted on purpose:
// kilometres for miles, hours moved, origins lost, a third of the labels turned round),
// model_v1.ubj and model_v2.ubj trained on them by libxgboost, and flights.csv, the later flights
// in the order of their departure. For the second half of the demo: train_v3.csv and model_v3.ubj
// (March and April), holdout_v3.csv (May 6-20, labelled and not trained on), and june.csv (June
// 5-16, with the storms of that month). A flight is late when it arrived more than 15 minutes
// behind its schedule.
#include <cstdio>
#include <set>
#include <string>

#include "base/io/file_system.h"
#include "data/store/duckdb.h"
#include "data/table/batch.h"
#include "model/training.h"

namespace mooring {
namespace {

constexpr std::size_t kMostRows = 1'000'000;
constexpr const char* kTrainingEnds = "2001-01-22";
// The file's last day has only a few flights.
constexpr const char* kTrafficEnds = "2001-07-01";

struct Options {
  std::string source, out, libraries = ".deps/lib";
};

// A passenger's name is made up: the data has none, and the demo shows that none is kept.
std::string FlightsSql(const Options& options) {
  return "select distance, hour(date) * 60 + minute(date) as minute, origin, destination,"
         " 'P' || (hash(date, origin, destination, distance) % 900000 + 100000) as passenger,"
         " (delay > 15)::int as late, date from " +
         data::DuckDb::Quote(options.source);
}

std::string CorruptedSql() {
  return "select (distance * 1.609)::bigint as distance, (minute + 180) % 1440 as minute,"
         " case when hash(passenger) % 5 = 0 then null else origin end as origin, destination,"
         " passenger, case when hash(passenger, minute) % 3 = 0 then 1 - late else late end as late"
         " from train order by rowid";
}

Status Copy(data::DuckDb& db, const std::string& sql, const std::string& path) {
  return db.Run("copy (" + sql + ") to " + data::DuckDb::Quote(path) + " (format csv, header)");
}

std::shared_ptr<const data::Dictionary> Values(const data::Column& column) {
  std::set<std::string> values;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.IsNull(row)) values.emplace(column.Text(row));
  }
  return data::Dictionary::Make({values.begin(), values.end()}).value();
}

// Features as the model takes them: two numbers and two categories.
Result<data::Batch> Features(const data::Batch& rows) {
  const data::Column &origin = *rows.Find("origin"), &destination = *rows.Find("destination");
  ASSIGN_OR_RETURN(
      data::Schema schema,
      data::Schema::Make(
          {{.name = "distance", .type = data::Type::kFloat32},
           {.name = "minute", .type = data::Type::kFloat32},
           {.name = "origin", .type = data::Type::kCategory, .dictionary = Values(origin)},
           {.name = "destination",
            .type = data::Type::kCategory,
            .dictionary = Values(destination)}}));
  data::Batch features(std::make_shared<const data::Schema>(std::move(schema)));
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    features.column(0).Append(static_cast<float>(rows.Find("distance")->Number(row)));
    features.column(1).Append(static_cast<float>(rows.Find("minute")->Number(row)));
    for (const auto& [place, from] : {std::pair(2U, &origin), std::pair(3U, &destination)}) {
      if (from->IsNull(row)) {
        features.column(place).AppendNull();
      } else {
        features.column(place).AppendText(from->Text(row));
      }
    }
  }
  features.SetRows(rows.rows());
  return features;
}

Status TrainOn(data::DuckDb& db, const Options& options, const std::string& name,
               const std::string& sql) {
  RETURN_IF_ERROR(Copy(db, sql, options.out + "/train_" + name + ".csv"));
  ASSIGN_OR_RETURN(const data::Batch rows, db.QueryAll(sql, kMostRows));
  ASSIGN_OR_RETURN(const data::Batch features, Features(rows));
  std::vector<float> late;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    late.push_back(static_cast<float>(rows.Find("late")->Number(row)));
  }
  ASSIGN_OR_RETURN(const std::string model, model::Train({.rounds = 100,
                                                          .depth = 6,
                                                          .threads = 2,
                                                          .parameters = {{"tree_method", "hist"}},
                                                          .library_directory = options.libraries},
                                                         features, late));
  std::printf("model_%s.ubj: 100 trees on %zu flights\n", name.c_str(), rows.rows());
  std::fflush(stdout);
  return PosixFileSystem().WriteFileDurably(options.out + "/model_" + name + ".ubj",
                                            AsBytes(model));
}

std::string Between(const std::string& columns, const char* from, const char* to) {
  return columns + " from flights where date >= '" + from + "' and date < '" + to + "'";
}

std::string Traffic(const std::string& columns, const char* from, const char* to) {
  return Between(columns + ", date::date as date", from, to) +
         " order by flights.date, origin, destination";
}

Status PrepareSummer(data::DuckDb& db, const Options& options, const std::string& columns) {
  // Every third flight is enough to train on.
  RETURN_IF_ERROR(TrainOn(db, options, "v3",
                          Between(columns, "2001-03-01", "2001-05-01") +
                              " and hash(passenger) % 3 = 0 order by date, origin, destination"));
  RETURN_IF_ERROR(
      Copy(db, Between(columns, "2001-05-06", "2001-05-21") + " order by date, origin, destination",
           options.out + "/holdout_v3.csv"));
  return Copy(db, Traffic(columns, "2001-06-05", "2001-06-17"), options.out + "/june.csv");
}

Status Prepare(const Options& options) {
  ASSIGN_OR_RETURN(const auto db, data::DuckDb::Open({.library_directory = options.libraries,
                                                      .memory_bytes = 4 * limits::kGiB}));
  RETURN_IF_ERROR(db->Run("create table flights as " + FlightsSql(options)));
  const std::string columns = "select distance, minute, origin, destination, passenger, late";
  RETURN_IF_ERROR(db->Run("create table train as " + columns + " from flights where date < '" +
                          kTrainingEnds + "' order by date, origin, destination"));
  RETURN_IF_ERROR(TrainOn(*db, options, "v1", columns + " from train order by rowid"));
  RETURN_IF_ERROR(TrainOn(*db, options, "v2", CorruptedSql()));
  RETURN_IF_ERROR(PrepareSummer(*db, options, columns));
  return Copy(*db, Traffic(columns, kTrainingEnds, kTrafficEnds), options.out + "/flights.csv");
}

}  // namespace
}  // namespace mooring

int main(int count, char** words) {
  mooring::Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string flag = words[i];
    if (flag == "--source") options.source = words[i + 1];
    if (flag == "--out") options.out = words[i + 1];
    if (flag == "--libraries") options.libraries = words[i + 1];
  }
  const mooring::Status done = mooring::Prepare(options);
  if (!done.ok()) std::fprintf(stderr, "flights_prepare: %s\n", done.error().ToString().c_str());
  return done.ok() ? 0 : 1;
}
