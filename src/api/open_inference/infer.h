// POST /v2/models/{m}[/versions/{v}]/infer of the Open Inference Protocol v2 (REST).
//
// Inputs: one tensor a feature, of shape [n] or [n,1], or a single tensor [n,F] of any name whose
// columns are the contract's inputs in order. Data flat or nested; JSON null is a missing value
// (our extension). Values become the contract's types strictly, whatever datatype the tensor
// claims; FP16 is read as numbers, BF16 and binary tensors are refused.
//
// Answer: the model's outputs (or the asked subset) as tensors [n] or [n,width]; rows whose verdict
// is not "admit" hold null. `parameters` carry "decision_id" (of row 0; row i has the ordinal plus
// i), "verdict", and "verdicts" (comma-separated) when rows differ, "contract", "replayed".
#pragma once

#include "api/call.h"

namespace mooring::api::open_inference {

void Infer(const Call& call);

}  // namespace mooring::api::open_inference
