// Rows of a batch as JSON objects: {"hour": 7, "origin": "SFO", "delay": null}. Whole numbers
// beyond 2^53 are written in full; times are RFC 3339. Thread safety: pure.
#pragma once

#include "base/text/json_writer.h"
#include "data/table/batch.h"

namespace mooring::app::cli {

void WriteSlot(JsonWriter& json, const data::Column& column, std::size_t row);
void WriteRow(JsonWriter& json, const data::Batch& batch, std::size_t row);
std::string RowJson(const data::Batch& batch, std::size_t row);

}  // namespace mooring::app::cli
