// Base64url without padding (RFC 4648 §5), as JWTs and key sets have it. Strict: no other
// character, no '=', no bits left over that are not zero, so that one value has one text.
//
// Thread safety: pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mooring::api {

// Nullopt when the text is not what EncodeBase64Url writes.
std::optional<std::string> DecodeBase64Url(std::string_view text);
std::string EncodeBase64Url(std::string_view bytes);

}  // namespace mooring::api
