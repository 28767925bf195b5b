// A control log in memory, made by the rule, for the tests of this folder.
#pragma once

#include <string>
#include <vector>

#include "records/audit/control_entry.h"
#include "records/audit/log_lines.h"
#include "records/audit/merkle_tree.h"
#include "records/audit/tree_head.h"

namespace mooring::records {

inline std::string SomeRecord(std::uint64_t i) {
  ControlEntry entry{.principal = "ann", .action = "alias.set", .object = "m/champion"};
  entry.sequence = i;
  entry.reason = std::string(i % 5, 'x');
  return EncodeEntry(entry);
}

// Lines of records, chained from the beginning; without the first line.
inline std::vector<std::string> LinesOf(const std::vector<std::string>& records) {
  ChainHasher hasher;
  Digest chain = kChainBegin;
  std::vector<std::string> lines;
  for (const std::string& record : records) {
    chain = hasher.Next(chain, AsBytes(record));
    lines.push_back(LogLine(chain, record));
  }
  return lines;
}

inline std::string LogOf(const std::vector<std::string>& lines) {
  std::string log(kLogFirstLine);
  for (const std::string& line : lines) log += line;
  return log;
}

inline std::vector<std::string> SomeLines(std::uint64_t count) {
  std::vector<std::string> records;
  for (std::uint64_t i = 0; i < count; ++i) records.push_back(SomeRecord(i));
  return LinesOf(records);
}

// A head over the whole log, which must hold.
inline TreeHead HeadOf(const std::string& log, const SigningKey& key) {
  TreeHasher hasher;
  TreeFrontier tree;
  LineWalker walker(AsBytes(log).subspan(kLogFirstLine.size()), {});
  while (walker.Next() == LineWalker::Step::kRecord) {
    tree.Add(hasher, hasher.Leaf(AsBytes(walker.record())));
  }
  TreeHead head{.size = tree.size(), .chain = walker.place().chain, .root = tree.Root(hasher)};
  Sign(key, head);
  return head;
}

}  // namespace mooring::records
