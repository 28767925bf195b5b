// CheckLog: whether the bytes of a control log are as they were written, with nothing but those
// bytes and what the checker holds: signed heads and a public key. Needs no server, no data
// directory and no trust in who wrote the log.
//
//   LogCheck check{.heads = {head_from_the_safe}, .key = key_from_the_safe};
//   const LogReport report = CheckLog(bytes, check);
//   report.problems.empty();
//
// The chain alone shows every changed, removed, inserted, repeated or moved entry but the newest
// ones cut off, and a log that was wholly written anew. Those show against a head that the writer
// could not change.
//
// Thread safety: pure. Complexity: one pass of SHA-256, two with `tree`; no allocation per
// entry. Budget: >= 500 MB/s (./dev bench audit).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "records/audit/audit_sink.h"
#include "records/audit/tree_head.h"

namespace mooring::records {

struct LogCheck {
  std::vector<TreeHead> heads = {};
  std::optional<PublicKey> key = {};  // absent: signatures are not looked at
  // Compute the Merkle root and compare it with the heads' too. Their chain values, which are
  // signed as well, stand for all entries already: the root is for those who will check proofs.
  bool tree = false;
};

struct LogProblem {
  std::uint64_t entry = 0;   // from 0; of the first that does not fit
  std::uint64_t offset = 0;  // in the log
  std::string what;
};

struct LogReport {
  std::uint64_t entries = 0, bytes = 0;
  Digest chain{};
  std::optional<Digest> root;
  std::vector<LogProblem> problems;  // the first kProblemsTold
  std::uint64_t problems_found = 0;
};
inline constexpr std::size_t kProblemsTold = 100;

LogReport CheckLog(ByteSpan log, const LogCheck& check = {});

// Every entry in order, as far as it can be read; false from `visit` ends it. kDataLoss with its
// place for a line that is none. Does not check the chain.
Status VisitEntries(ByteSpan log, const std::function<bool(const ControlEntry&)>& visit);

// Leaf hashes of the first `size` entries. kFailedPrecondition when there are fewer, kDataLoss when
// the chain does not hold.
Result<std::vector<Digest>> LeavesOf(ByteSpan log, std::uint64_t size);

}  // namespace mooring::records
