// The attributes of runs as a search reads them from the table `runs`.
//
// Thread safety: as the session.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "records/search/match.h"
#include "records/tracking/sqlite/run_filter.h"
#include "records/tracking/sqlite/session.h"

namespace mooring::records {

// The column of an attribute of searches: start_ms of start_time.
std::string_view ColumnOf(std::string_view attribute);

// How MLflow calls a status: "RUNNING".
std::string_view NameOf(RunStatus status);

// A query for rows (number, attributes…) of all runs of the scope's experiments, in whatever stage
// and order. What an index covers is read from it; else the table is read whole where the
// experiments hold a good part of it, which takes a quarter of the time of looking rows up.
Result<std::string> AttributeRows(Session& session, const RunScope& scope,
                                  std::span<const std::string_view> attributes);

// Whether the attribute in column 1 of a row passes.
bool PassesAttribute(const search::Condition& condition, const data::Statement& row);

}  // namespace mooring::records
