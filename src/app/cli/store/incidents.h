// Where commands find alerts and incidents: the desk (control/incidents/incident_desk.h) over the
// incidents.db of a data directory, or the same calls through a server. Commands do not know which.
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
#include "control/incidents/incident_desk.h"

namespace mooring::app::cli {

// By the settings: `server` when it is set, else `data_dir`. kNotFound without a data directory.
Result<Json> AskDesk(Context& context, const control::DeskCall& call);

// A positional argument that is an id.
Result<std::uint64_t> IdOf(const Args& args, std::size_t position, std::string_view name);
// Who changes something: --author, else the system's user.
Result<std::string> AuthorOf(const Context& context, const Args& args);

// Fields of JSON objects as the cells of rows; "owner.team" is a member of a member.
void AddRow(Listing& listing, const Json& object);
void AddRows(Listing& listing, const Json& answer, std::string_view list);

// How severe, and in which state, in colours.
Listing AlertListing();
Listing IncidentListing();
Listing SilenceListing();
Listing FactListing();

}  // namespace mooring::app::cli
