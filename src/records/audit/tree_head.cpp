#include "records/audit/tree_head.h"

#include <algorithm>
#include <cstring>

#include "base/text/json_writer.h"

namespace mooring::records {
namespace {

// Members in the order of their names, as in entries.
std::string HeadJson(const TreeHead& head, const std::string& signature) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("chain", Hex(head.chain)).Member("key", head.key);
  json.Member("root", Hex(head.root));
  if (!signature.empty()) json.Member("signature", signature);
  json.Member("size", head.size).Member("time", FormatTime(head.time)).EndObject();
  return text;
}

std::string SignedBytes(const TreeHead& head) {
  return "mooring tree head 1\n" + HeadJson(head, "");
}

Result<TreeHead> Decode(const Json& json) {
  TreeHead head;
  ASSIGN_OR_RETURN(head.size, json.GetUint("size"));
  ASSIGN_OR_RETURN(const std::string_view chain, json.GetString("chain"));
  ASSIGN_OR_RETURN(head.chain, DecodeDigest(chain));
  ASSIGN_OR_RETURN(const std::string_view root, json.GetString("root"));
  ASSIGN_OR_RETURN(head.root, DecodeDigest(root));
  ASSIGN_OR_RETURN(const std::string_view time, json.GetString("time"));
  ASSIGN_OR_RETURN(head.time, ParseTime(time));
  ASSIGN_OR_RETURN(const std::string_view key, json.GetString("key"));
  head.key = key;
  ASSIGN_OR_RETURN(const std::string_view hex, json.GetString("signature"));
  ASSIGN_OR_RETURN(const std::string signature, Unhex(hex));
  if (signature.size() != head.signature.size()) {
    return Error(Code::kInvalidArgument, "a signature has 64 bytes");
  }
  std::memcpy(head.signature.data(), signature.data(), signature.size());
  return head;
}

}  // namespace

std::string KeyId(const PublicKey& key) { return Hex(Sha256Of(key)); }

void Sign(const SigningKey& key, TreeHead& head) {
  head.key = KeyId(key.public_key());
  head.signature = key.Sign(AsBytes(SignedBytes(head)));
}

Status VerifySignature(const PublicKey& key, const TreeHead& head) {
  if (head.key != KeyId(key)) {
    return Error(Code::kDataLoss, "the head of " + std::to_string(head.size) +
                                      " entries was signed with another key")
        .Why("it names key " + head.key.substr(0, 16));
  }
  if (VerifyEd25519(key, AsBytes(SignedBytes(head)), head.signature)) return Ok();
  return Error(Code::kDataLoss,
               "the signature of the head of " + std::to_string(head.size) + " entries is wrong");
}

std::string EncodeHead(const TreeHead& head) { return HeadJson(head, Hex(head.signature)); }

Result<TreeHead> DecodeHead(const Json& json) {
  auto head = Decode(json);
  if (head.ok()) return head;
  return Error(Code::kInvalidArgument, "not a signed tree head").Why(head.error().ToString());
}

Result<TreeHead> DecodeHead(std::string_view text) {
  const auto json = Json::Parse(text, {.name = "head"});
  if (json.ok()) return DecodeHead(*json);
  return Error(Code::kInvalidArgument, "not a signed tree head").Why(json.error().ToString());
}

Result<Digest> DecodeDigest(std::string_view text) {
  ASSIGN_OR_RETURN(const std::string bytes, Unhex(text));
  Digest digest{};
  if (bytes.size() != digest.size()) {
    return Error(Code::kInvalidArgument, "a SHA-256 has 64 hexadecimal digits");
  }
  std::memcpy(digest.data(), bytes.data(), bytes.size());
  return digest;
}

}  // namespace mooring::records
