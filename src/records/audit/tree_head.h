// Signed tree heads: what the whole control log was at a moment, in one line that fits on paper.
// Kept where the log's machine cannot rewrite it, a head shows later that nothing before it was
// changed, removed or cut off; kept beside the log alone it shows that to nobody who can also use
// the key.
//
//   {"chain":"…","key":"…","root":"…","signature":"…","size":57,"time":"2026-…Z"}
//
// `chain` is the chain value of the newest entry, `root` the Merkle root of all `size` entries,
// `key` the SHA-256 of the public key. Signed (Ed25519) are the bytes "mooring tree head 1\n" and
// behind them the same JSON without its signature.
//
// Thread safety: pure. Failure: text that is no head is kInvalidArgument, a wrong signature
// kDataLoss.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/crypto/digest.h"
#include "base/crypto/ed25519.h"
#include "base/result.h"
#include "base/text/json.h"

namespace mooring::records {

struct TreeHead {
  std::uint64_t size = 0;
  Digest chain{}, root{};
  Time time{};
  std::string key = {};  // KeyId of who signed
  Signature signature{};
};

std::string KeyId(const PublicKey& key);

// Sets `key` and `signature`.
void Sign(const SigningKey& key, TreeHead& head);
Status VerifySignature(const PublicKey& key, const TreeHead& head);

std::string EncodeHead(const TreeHead& head);  // without a line end
Result<TreeHead> DecodeHead(std::string_view text);
Result<TreeHead> DecodeHead(const Json& json);
// 64 hexadecimal digits.
Result<Digest> DecodeDigest(std::string_view text);

}  // namespace mooring::records
