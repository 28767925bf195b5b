// Profiles of the command line: files of JSON (docs/formats/profile.md), and the reference of a
// version, in a data directory or through a server.
//
// Thread safety: one command.
#pragma once

#include <string>

#include "app/cli/args.h"
#include "app/cli/context.h"
#include "base/result.h"
#include "data/stats/profile.h"

namespace mooring::app::cli {

// "-" is standard input. Damage is kInvalidArgument with the file's name.
Result<data::BatchProfile> ReadProfileFile(Context& context, const std::string& path);

// "flight-cover@3", "flight-cover@champion", "flight-cover" (its champion).
struct VersionName {
  std::string model, version;
};
VersionName ParseVersionName(std::string_view text);

// kFailedPrecondition when the version was registered without training data.
Result<data::BatchProfile> ReferenceProfile(Context& context, const VersionName& name);

// A file when there is one of this name, else the reference of a version.
Result<data::BatchProfile> ProfileNamed(Context& context, const std::string& name);

// To --out FILE, or to stdout.
Status WriteProfile(Context& context, const Args& args, const data::BatchProfile& profile);
Flag OutFlag();

}  // namespace mooring::app::cli
