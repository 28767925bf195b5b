// The lake of the data directory, for the commands that read or fill it. Thread safety: pure.
#pragma once

#include "app/cli/context.h"
#include "records/lake/lake.h"

namespace mooring::app::cli {

records::LakePlaces LakePlacesOf(const Context& context);

}  // namespace mooring::app::cli
