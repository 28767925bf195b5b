// The bodies of MLflow's scoring protocol → rows of the contract.
//
// Thread safety: none. Failure: kInvalidArgument whose message is MLflow's; values that do not fit
// are problems of the rows.
#pragma once

#include <string_view>

#include "base/result.h"
#include "serving/row_builder.h"

namespace mooring::api::mlflow {

Status ReadJsonFrame(std::string_view body, serving::RowBuilder& rows);
// RFC 4180 with a header line; a field out of pandas' list of missing values ("", "NA", "null" …)
// is missing. Of two columns of one name the first counts.
Status ReadCsvFrame(std::string_view body, serving::RowBuilder& rows);

}  // namespace mooring::api::mlflow
