// Where the audit commands read from: the control log of a data directory or a copy of it, heads,
// keys and proofs from files. Thread safety: as Context. Failure: kNotFound with where it was
// looked for; kInvalidArgument for a file that is something else.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/cli/args.h"
#include "app/cli/context.h"
#include "records/audit/tree_head.h"

namespace mooring::app::cli {

std::vector<Flag> FromFlag();  // --from
std::vector<Flag> HeadFlag(std::string_view summary);
std::vector<Flag> OutFileFlag();

// --from, else the log of the data directory.
Result<std::unique_ptr<MappedFile>> OpenControlLog(Context& context, const Args& args);
// The directory of the log; kNotFound when nothing was ever changed.
Result<std::string> ControlDirectory(Context& context, std::string_view command);

Result<std::string> ReadSmallFile(Context& context, const std::string& path);
Result<records::TreeHead> ReadHead(Context& context, const std::string& path);
Result<PublicKey> ReadKey(Context& context, const std::string& path);
// Those that the log itself keeps; what a crash tore is passed over.
Result<std::vector<records::TreeHead>> ReadKeptHeads(Context& context,
                                                     const std::string& directory);

// To --out, else to stdout.
Status WriteOut(Context& context, const Args& args, const std::string& text);

}  // namespace mooring::app::cli
