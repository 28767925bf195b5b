// Flights as a table of 25 features, mixed as real ones are: counts with ties, heavy tails,
// differences that are often missing, ranks, airports; six numbers say the same as another in other
// units, so what is judged together is not independent. For benches.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/result.h"
#include "data/store/duckdb.h"
#include "data/table/batch.h"

namespace mooring::bench {

struct FlightsFile {
  std::string source = ".deps/data/flights-3m.parquet", libraries = ".deps/lib";
};

inline constexpr std::size_t kFlightNumbers = 20, kFlightCategories = 5;

// Features of the flights of `file`, one a column; in the order of departure. Windows run over all
// flights, then every sixth row (by a hash of what the flight is) is kept: about 500,000.
inline std::string FlightsSql(const std::string& file) {
  return R"(
WITH flights AS (SELECT date, origin, destination, delay::double AS delay,
    distance::double AS distance, hour(date) * 60 + minute(date) AS minute_of_day FROM )" +
         file + R"(),
features AS (SELECT
    distance, ln(1 + distance) AS distance_log, percent_rank() OVER (ORDER BY distance)
      AS distance_rank,
    distance - avg(distance) OVER (PARTITION BY origin) AS distance_over_usual,
    minute_of_day::int AS minute_of_day, (minute_of_day // 60)::int AS hour,
    sin(2 * pi() * minute_of_day / 1440) AS minute_sine,
    cos(2 * pi() * minute_of_day / 1440) AS minute_cosine,
    dayofmonth(date)::int AS day, delay, sign(delay) * ln(1 + abs(delay)) AS delay_log,
    delay / greatest(distance, 50) * 100 AS delay_per_100_miles,
    lag(delay) OVER by_origin AS delay_before,
    delay - lag(delay) OVER by_origin AS delay_change,
    (epoch(date - lag(date) OVER by_origin) / 60)::double AS minutes_since,
    count(*) OVER (PARTITION BY origin, destination) AS route_flights,
    count(*) OVER (PARTITION BY origin) AS origin_flights,
    ln(count(*) OVER (PARTITION BY destination)) AS destination_flights_log,
    count(*) OVER (PARTITION BY origin, date) AS same_minute,
    count(*) OVER (PARTITION BY origin ORDER BY date RANGE BETWEEN INTERVAL 1 HOUR PRECEDING
      AND CURRENT ROW) AS last_hour,
    origin, destination, dayname(date) AS weekday,
    CASE WHEN distance < 300 THEN 'short' WHEN distance < 1000 THEN 'medium'
      WHEN distance < 2500 THEN 'long' ELSE 'very long' END AS haul,
    origin || '-' || destination AS route, date
  FROM flights
  WINDOW by_origin AS (PARTITION BY origin ORDER BY date, destination, distance, delay))
SELECT * EXCLUDE (date) FROM features
WHERE hash(date, origin, destination, distance, delay) % 6 = 0
ORDER BY date, origin, destination, distance, delay)";
}

inline Result<data::Batch> ReadFlights(const FlightsFile& file) {
  constexpr std::size_t kMostRows = 1'000'000;
  ASSIGN_OR_RETURN(const auto db, data::DuckDb::Open({.library_directory = file.libraries,
                                                      .memory_bytes = 4 * limits::kGiB}));
  return db->QueryAll(FlightsSql("read_parquet(" + data::DuckDb::Quote(file.source) + ")"),
                      kMostRows);
}

}  // namespace mooring::bench
