// What may be the source of a model version: the rules that keep a client from pointing the server
// at files that are none of its business.
//
// Refused: a path of this machine (bare or file:) outside the artifact directory of the run that is
// named; in URIs with a place of their own (http, https, ftp, mlflow-artifacts, object stores)
// "..", also encoded, and a query or fragment. Sources of prompts are not read.
// Failure: kInvalidArgument in MLflow's words.
// Thread safety: pure.
#pragma once

#include <string_view>

#include "base/result.h"

namespace mooring::api::mlflow {

enum class SourceKind : std::uint8_t { kModels, kRuns, kLocal, kElsewhere };
SourceKind KindOfSource(std::string_view source);

// `run_directory`: the artifact URI of the run that was named; "" when none was.
Status CheckSource(std::string_view source, std::string_view run_directory);

}  // namespace mooring::api::mlflow
