// Cells to JSON and back, without loss: for golden rows, input examples and remote scorers.
//
// Missing is null. float32 and float64 are the shortest text that reads back to the same bits,
// infinities the texts "inf" and "-inf"; whole numbers past 2^53 are texts, since JSON readers
// round them.
#pragma once

#include <string>
#include <string_view>

#include "data/table/column.h"
#include "model/formats/document.h"

namespace mooring::model {

void AppendJsonText(std::string_view text, std::string& out);
void AppendJsonSlot(const data::Column& column, std::size_t row, std::string& out);

// Appends a JSON value to a column of any type; kInvalidArgument when it does not fit without loss.
Status AppendDocument(const Document& value, data::Column& column);

}  // namespace mooring::model
