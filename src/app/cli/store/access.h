// Where the commands of tokens and grants find them: access.db of a data directory, beside which a
// server may run; it sees a change within a second. Thread safety: as records::AccessStore.
#pragma once

#include <memory>
#include <string>

#include "app/cli/args.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "records/access/access_store.h"

namespace mooring::app::cli {

// The directory is made when it is absent: a token may be there before the server.
Result<std::unique_ptr<records::AccessStore>> OpenAccess(Context& context,
                                                         std::string_view command);

// One place for what a command line tells of administration, done or refused, before it happens.
records::AccessWitness AccessWitnessOf(Context& context);

Listing TokenListing(std::string schema);
std::vector<Cell> TokenRow(const records::TokenRecord& token, Time now);
// One new token: its record, and the text that is shown this once.
Status PrintNewToken(Context& context, const Args& args, const records::NewToken& made);

// PRINCIPAL ROLE and --model.
Result<records::Grant> GrantOf(const Args& args);
std::vector<Flag> GrantFlags();

}  // namespace mooring::app::cli
