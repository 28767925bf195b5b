// Person: whether two names are one person. Somebody may be known by a token, by an identity of a
// provider ("oidc:alice") and by a certificate; where a maker and a checker must be two people, and
// where nobody may hold two roles, those are one.
//
// What is left of a name: no way it was known by ("oidc:", "cert:", "token:"), none of Unicode's
// blanks around it and one space between words, no characters that are not drawn, ASCII in lower
// case. Two people whom providers call the same are taken for one: that is refused, not let
// through.
//
// Thread safety: pure.
#pragma once

#include <string>
#include <string_view>

namespace mooring::records {

// "" for nobody.
std::string PersonOf(std::string_view name);

}  // namespace mooring::records
