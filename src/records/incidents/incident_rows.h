// What all rows of incidents.db are read with. Part of the store's machinery: only its own files
// use it. Thread safety: that of the Statement.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "data/store/sqlite.h"

namespace mooring::records {

inline std::int64_t MicrosOfTime(Time time) { return time.time_since_epoch().count(); }
inline Time TimeOfMicros(std::int64_t micros) { return Time(Micros(micros)); }

// All rows of a started statement, each made by `read`, which gives a Result.
template <typename Read>
auto AllRows(data::Statement& rows, const Read& read)
    -> Result<std::vector<typename std::invoke_result_t<Read, data::Statement&>::value_type>> {
  std::vector<typename std::invoke_result_t<Read, data::Statement&>::value_type> all;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.Step());
    if (!more) return all;
    ASSIGN_OR_RETURN(auto row, read(rows));
    all.push_back(std::move(row));
  }
}

}  // namespace mooring::records
