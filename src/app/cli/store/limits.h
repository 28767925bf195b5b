// Where commands find changes of limits: the desk (control/limits/limit_desk.h) over the limits.db
// of a data directory, or the same calls through a server. Kills, and where limits stand, are a
// running server's to say.
//
// Thread safety: as Context. Failure: as the desk, or ApiClient.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/cli/args.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "control/limits/limit_desk.h"

namespace mooring::app::cli {

// By the settings: `server` when it is set, else `data_dir`. kNotFound without a data directory.
Result<Json> AskLimitDesk(Context& context, const control::LimitCall& call);

// --reason, --author, --yes, --dry-run.
std::vector<Flag> AskedFlags();
// --ramp and --expires-in, of what somebody else approves.
std::vector<Flag> WaitingFlags();
// Begins a body: who and why, and what WaitingFlags say. kInvalidArgument without a reason.
Result<std::string> BodyOf(const Context& context, const Args& args, JsonWriter& json);
// "0.1:10m,0.5:20m" as the ramp of a body.
Status WriteRamp(std::string_view text, JsonWriter& json);

// Asks the person, sends a change for somebody else to approve, and shows it.
Result<ExitCode> AskForChange(Context& context, const Args& args, const std::string& words,
                              control::LimitCall call);
// The change of an answer, as one record.
Status PrintChange(Context& context, const Args& args, const Json& answer);

Listing ChangeListing();
Listing LimitListing();
Listing LimitKeyListing();
Listing KillListing();

}  // namespace mooring::app::cli
