// Proofs that travel: that one entry is in the log that a signed head covers, without showing any
// other entry (InclusionProof); that the log of an older head is the beginning of that of a newer
// one (ConsistencyProof). Each is one JSON document; checking one needs the head and its key alone.
//
// Thread safety: pure. Failure: text that is no proof is kInvalidArgument, one that does not prove
// kDataLoss.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "records/audit/tree_head.h"

namespace mooring::records {

struct InclusionProof {
  std::uint64_t index = 0;
  std::string record;  // as the log has it, byte for byte
  std::vector<Digest> path;
  TreeHead head;
};

struct ConsistencyProof {
  TreeHead before, after;
  std::vector<Digest> path;
};

using Proof = std::variant<InclusionProof, ConsistencyProof>;

// kNotFound for an entry that the head does not cover; else as LeavesOf.
Result<InclusionProof> ProveInclusion(ByteSpan log, std::uint64_t index, const TreeHead& head);
Result<ConsistencyProof> ProveConsistency(ByteSpan log, const TreeHead& before,
                                          const TreeHead& after);

std::string EncodeProof(const Proof& proof);  // with a line end
Result<Proof> DecodeProof(std::string_view text);

// Against `anchor`, the checker's own head (the newer one of a consistency proof has to be it or
// the older), where there is one, and the key, where there is one.
Status CheckProof(const Proof& proof, const std::optional<TreeHead>& anchor,
                  const std::optional<PublicKey>& key);

}  // namespace mooring::records
