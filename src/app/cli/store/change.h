// What all changing commands share: who and why, the question before, the words after.
// Thread safety: pure but for the streams.
#pragma once

#include <string>

#include "app/cli/args.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "records/registry/registry.h"

namespace mooring::app::cli {

enum class Reason : unsigned char { kOptional, kRequired };

// --author, --reason and --if-revision; the author is the system's user when nobody says otherwise.
// kInvalidArgument when a required reason is missing or one is over limits::kReasonBytes.
Result<records::Change> ChangeOf(const Context& context, const Args& args, Reason reason);

// What the change will be, shown on stderr. kGo unless --dry-run or a "no" at the terminal.
enum class Consent : unsigned char { kGo, kDryRun, kDeclined };
Result<Consent> AskFor(Context& context, const Args& args, const std::string& change);

// A version by number, or by alias ("champion"). kNotFound names what is there.
Result<records::VersionRecord> FindVersion(records::Registry& store, const std::string& model,
                                           const std::string& version);

// What ought to run for a model; all zero before its first champion. kNotFound without the model.
Result<records::ModelRoute> RouteOf(records::Registry& store, const std::string& model);

// "3", or "none" for 0.
std::string VersionText(VersionNumber number);

// One alias change as a listing of its own.
Listing AliasChangeListing(const records::AliasChange& change);

}  // namespace mooring::app::cli
