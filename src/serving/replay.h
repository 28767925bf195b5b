// Replay: the answer that a request got before, read back from the journal by the decision's id.
#pragma once

#include <vector>

#include "base/result.h"
#include "model/predictor.h"
#include "records/journal/journal.h"
#include "records/journal/request_ids.h"
#include "serving/decision.h"
#include "serving/kill_switch.h"
#include "serving/loaded_models.h"

namespace mooring::serving {

// The same ids, verdicts, scores and outputs as then, marked `replayed`. `served` is the loaded
// version when it still is; else one that names model, version, contract hash and columns, and
// predicts nothing. kFailedPrecondition when retention dropped the decision. Cost: a look-up and a
// read of its segment.
//
// `kills` (null: nothing is stopped) judges it anew: its kill_epoch is of now when no kill covers
// its sources and none of its rows with a model's value is in a segment that is stopped, else one
// before every kill. A row whose inputs were not kept as the model saw them is in each segment that
// looks at them.
Result<DecisionAnswer> ReplayDecision(records::Journal& journal, const Snapshot& snapshot,
                                      const records::RequestIds::Earlier& earlier,
                                      const KillSwitch* kills);

// The outputs that a model's columns stand for: "p_0", "p_1", "p_2" are one of width 3.
std::vector<model::Output> OutputsOf(const data::Schema& columns);

}  // namespace mooring::serving
