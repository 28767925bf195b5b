// The model's outputs of an answer as JSON, for the protocols that give them.
#pragma once

#include "base/text/json_writer.h"
#include "data/table/batch.h"

namespace mooring::api {

// One slot: null, number, true or false, text. Floats in the shortest text that reads back as the
// same float; `widened` writes float32 as the double of the same value, as MLflow does.
void WriteValue(JsonWriter& json, const data::Column& column, std::size_t row,
                bool widened = false);

}  // namespace mooring::api
