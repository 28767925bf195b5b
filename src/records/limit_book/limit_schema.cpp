#include "records/limit_book/limit_schema.h"

#include <array>

namespace mooring::records {
namespace {

// Times are microseconds since 1970 UTC, 0: never. Columns beside `asked` and `body` are there to
// be looked for; the texts are what was agreed to, and carry the hashes.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE changes(
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  state      INTEGER NOT NULL CHECK(state BETWEEN 0 AND 4),
  model      TEXT NOT NULL,
  asked      TEXT NOT NULL,
  hash       TEXT NOT NULL,
  expires_us INTEGER NOT NULL,
  checker    TEXT NOT NULL,
  note       TEXT NOT NULL,
  decided_us INTEGER NOT NULL,
  done_us    INTEGER NOT NULL
) STRICT;
CREATE INDEX changes_by_state ON changes(state, id);

CREATE TABLE revisions(
  number   INTEGER PRIMARY KEY,
  previous TEXT NOT NULL,
  body     TEXT NOT NULL,
  hash     TEXT NOT NULL UNIQUE
) STRICT;
)sql";

constexpr std::array<std::string_view, 1> kSteps = {kFirst};

}  // namespace

std::span<const std::string_view> LimitSchema() { return kSteps; }

}  // namespace mooring::records
