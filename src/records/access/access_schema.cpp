#include "records/access/access_schema.h"

#include <array>

namespace mooring::records {
namespace {

// Times are microseconds since 1970 UTC, 0: never. Tokens stay after their end, so that whoever
// used one can be told from nobody, and that a server that once asked does not forget to. `hash` is
// SHA-256 of the token's text; the token itself is nowhere. `roles` are bits (permissions.h),
// `models` names with commas between, or '*'.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE tokens(
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  principal   TEXT NOT NULL,
  label       TEXT NOT NULL,
  hash        BLOB NOT NULL UNIQUE CHECK(length(hash) = 32),
  roles       INTEGER NOT NULL CHECK(roles > 0),
  models      TEXT NOT NULL CHECK(models <> ''),
  per_second  INTEGER NOT NULL CHECK(per_second > 0),
  at_once     INTEGER NOT NULL CHECK(at_once > 0),
  author      TEXT NOT NULL,
  created_us  INTEGER NOT NULL,
  expires_us  INTEGER NOT NULL CHECK(expires_us > created_us),
  revoked_us  INTEGER NOT NULL DEFAULT 0,
  used_us     INTEGER NOT NULL DEFAULT 0,
  replaced_by INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX tokens_by_principal ON tokens(principal);

CREATE TABLE grants(
  principal  TEXT NOT NULL,
  role       INTEGER NOT NULL,
  model      TEXT NOT NULL,
  author     TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  PRIMARY KEY(principal, role, model)
) STRICT;
)sql";

constexpr std::array<std::string_view, 1> kSteps = {kFirst};

}  // namespace

std::span<const std::string_view> AccessSchema() { return kSteps; }

}  // namespace mooring::records
