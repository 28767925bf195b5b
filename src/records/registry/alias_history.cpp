#include "records/registry/alias_history.h"

namespace mooring::records {

std::map<std::string, AliasChange> AliasesAt(std::span<const AliasChange> history, Time time) {
  std::map<std::string, AliasChange> at;
  for (const AliasChange& change : history) {
    if (change.at > time) continue;
    if (change.to == 0) {
      at.erase(change.alias);
    } else {
      at.insert_or_assign(change.alias, change);
    }
  }
  return at;
}

}  // namespace mooring::records
