// What a limit is, beside its max, as one text: its kind, what it counts, of whose decisions, over
// which window, in which unit. A change of the limit is asked and approved over one shape: 600000 a
// month is not 600000 an hour.
//
//   {"kind":"sum","scope":"model",…,"window":"sliding","seconds":3600,…}
//
// Thread safety: pure function.
#pragma once

#include <string>

#include "records/contract/contract.h"

namespace mooring::control {

std::string LimitShape(const records::LimitRule& rule, const records::Contract& contract);

}  // namespace mooring::control
