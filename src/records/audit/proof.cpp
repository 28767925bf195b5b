#include "records/audit/proof.h"

#include "base/text/json.h"
#include "base/text/json_writer.h"
#include "records/audit/check_log.h"
#include "records/audit/log_lines.h"
#include "records/audit/merkle_tree.h"

namespace mooring::records {
namespace {

constexpr std::string_view kInclusion = "mooring.inclusion_proof/1";
constexpr std::string_view kConsistency = "mooring.consistency_proof/1";
constexpr std::size_t kPathHashes = 128;  // twice the depth of a tree of 2^64

void WritePath(JsonWriter& json, const std::vector<Digest>& path) {
  json.Key("path").BeginArray();
  for (const Digest& hash : path) json.Value(Hex(hash));
  json.EndArray();
}

Result<std::vector<Digest>> ReadPath(const Json& json) {
  ASSIGN_OR_RETURN(const Json::Array* const hashes, json.GetArray("path"));
  if (hashes->size() > kPathHashes) return Error(Code::kTooLarge, "a path is shorter");
  std::vector<Digest> path;
  for (const Json& hash : *hashes) {
    ASSIGN_OR_RETURN(const std::string_view digits, hash.AsString());
    ASSIGN_OR_RETURN(const Digest digest, DecodeDigest(digits));
    path.push_back(digest);
  }
  return path;
}

Result<TreeHead> ReadHead(const Json& json, std::string_view name) {
  ASSIGN_OR_RETURN(const Json* const head, json.Get(name));
  return DecodeHead(*head);
}

Result<Proof> Decode(std::string_view text) {
  ASSIGN_OR_RETURN(const Json json, Json::Parse(text, {.name = "proof"}));
  ASSIGN_OR_RETURN(const std::string_view schema, json.GetString("schema"));
  if (schema == kInclusion) {
    InclusionProof proof;
    ASSIGN_OR_RETURN(proof.index, json.GetUint("index"));
    ASSIGN_OR_RETURN(const std::string_view record, json.GetString("record"));
    proof.record = record;
    ASSIGN_OR_RETURN(proof.path, ReadPath(json));
    ASSIGN_OR_RETURN(proof.head, ReadHead(json, "head"));
    return Proof(std::move(proof));
  }
  if (schema != kConsistency) return Error(Code::kInvalidArgument, "unknown schema");
  ConsistencyProof proof;
  ASSIGN_OR_RETURN(proof.before, ReadHead(json, "before"));
  ASSIGN_OR_RETURN(proof.after, ReadHead(json, "after"));
  ASSIGN_OR_RETURN(proof.path, ReadPath(json));
  return Proof(std::move(proof));
}

bool Same(const TreeHead& a, const TreeHead& b) {
  return a.size == b.size && a.root == b.root && a.chain == b.chain;
}

std::string RecordOf(ByteSpan log, std::uint64_t index) {
  LineWalker walker(log.subspan(kLogFirstLine.size()), {});
  for (std::uint64_t i = 0; i <= index; ++i) walker.Next();
  return std::string(walker.record());
}

Error NotThis(const TreeHead& head) {
  return Error(Code::kDataLoss,
               "the log is not what the head of " + FormatTime(head.time) + " covers")
      .Help("mooring audit verify --head FILE");
}

bool RootIs(std::span<const Digest> leaves, const TreeHead& head) {
  TreeHasher hasher;
  TreeFrontier tree;
  for (const Digest& leaf : leaves) tree.Add(hasher, leaf);
  return tree.Root(hasher) == head.root;
}

Status CheckOne(const InclusionProof& proof, const std::optional<TreeHead>& anchor) {
  if (anchor && !Same(*anchor, proof.head)) {
    return Error(Code::kDataLoss, "the proof is for another head")
        .Why("it covers " + std::to_string(proof.head.size) + " entries, yours " +
             std::to_string(anchor->size))
        .Help("prove for yours: mooring audit prove N --head FILE");
  }
  TreeHasher hasher;
  const Digest leaf = hasher.Leaf(AsBytes(proof.record));
  if (VerifyInclusion(proof.index, proof.head.size, leaf, proof.path, proof.head.root)) {
    return Ok();
  }
  return Error(Code::kDataLoss, "the entry is not in the log that the head covers");
}

Status CheckOne(const ConsistencyProof& proof, const std::optional<TreeHead>& anchor) {
  if (anchor && !Same(*anchor, proof.before) && !Same(*anchor, proof.after)) {
    return Error(Code::kDataLoss, "the proof is for other heads");
  }
  if (VerifyConsistency({proof.before.size, proof.before.root},
                        {proof.after.size, proof.after.root}, proof.path)) {
    return Ok();
  }
  return Error(Code::kDataLoss, "the older log is not the beginning of the newer one");
}

}  // namespace

Result<InclusionProof> ProveInclusion(ByteSpan log, std::uint64_t index, const TreeHead& head) {
  if (index >= head.size) {
    return Error(Code::kNotFound, "the head covers entries 0 to " + std::to_string(head.size - 1) +
                                      ", not " + std::to_string(index));
  }
  ASSIGN_OR_RETURN(const std::vector<Digest> leaves, LeavesOf(log, head.size));
  if (!RootIs(leaves, head)) return NotThis(head);
  InclusionProof proof{.index = index, .record = RecordOf(log, index), .path = {}, .head = head};
  proof.path = InclusionPath(leaves, index);
  return proof;
}

Result<ConsistencyProof> ProveConsistency(ByteSpan log, const TreeHead& before,
                                          const TreeHead& after) {
  if (before.size > after.size) {
    return Error(Code::kInvalidArgument, "the older head covers more entries than the newer one");
  }
  ASSIGN_OR_RETURN(const std::vector<Digest> leaves, LeavesOf(log, after.size));
  if (!RootIs(leaves, after)) return NotThis(after);
  if (!RootIs(std::span(leaves).first(before.size), before)) return NotThis(before);
  return ConsistencyProof{before, after, ConsistencyPath(leaves, before.size)};
}

std::string EncodeProof(const Proof& proof) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject();
  if (const auto* one = std::get_if<InclusionProof>(&proof)) {
    json.Member("schema", kInclusion).Member("index", one->index).Member("record", one->record);
    WritePath(json, one->path);
    json.Key("head").Raw(EncodeHead(one->head));
  } else {
    const auto& both = std::get<ConsistencyProof>(proof);
    json.Member("schema", kConsistency);
    json.Key("before").Raw(EncodeHead(both.before)).Key("after").Raw(EncodeHead(both.after));
    WritePath(json, both.path);
  }
  json.EndObject();
  return text + "\n";
}

Result<Proof> DecodeProof(std::string_view text) {
  auto proof = Decode(text);
  if (proof.ok()) return proof;
  return Error(Code::kInvalidArgument, "not a proof of the control log")
      .Why(proof.error().ToString());
}

Status CheckProof(const Proof& proof, const std::optional<TreeHead>& anchor,
                  const std::optional<PublicKey>& key) {
  if (key) {
    if (const auto* one = std::get_if<InclusionProof>(&proof)) {
      RETURN_IF_ERROR(VerifySignature(*key, one->head));
    } else {
      RETURN_IF_ERROR(VerifySignature(*key, std::get<ConsistencyProof>(proof).before));
      RETURN_IF_ERROR(VerifySignature(*key, std::get<ConsistencyProof>(proof).after));
    }
    if (anchor) RETURN_IF_ERROR(VerifySignature(*key, *anchor));
  }
  return std::visit([&anchor](const auto& each) { return CheckOne(each, anchor); }, proof);
}

}  // namespace mooring::records
