// The bytes of a journal segment, one struct a piece; docs/formats/journal.md tells the same story.
//
//   SegmentHead | record record … commit | record … commit | … | footer | trailer
//
// A record is a RecordHead, its payload and zeros up to a multiple of eight bytes. For the
// journal's own files only; everything here works on bytes in memory.
// Thread safety: free functions and values. Failure: Take* give nothing for bytes that are not
// whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/crypto/digest.h"
#include "base/io/file_system.h"

namespace mooring::records {

enum class RecordKind : std::uint8_t {
  kBinding = 1,    // what later decisions of the segment share
  kDecisions = 2,  // one request's decisions
  kRefusal = 3,
  kOutcomes = 4,
  kCommit = 5,  // closes a group: all before it was written together
  kFooter = 6,  // closes the segment: counts and index
  kBudget = 7,  // what befell the budgets of decisions made before
};

inline constexpr std::uint32_t kRecordMarker = 0xD1A7C04BU;  // found again after damage
inline constexpr std::uint16_t kFormatVersion = 1;

// In front of every payload. `head_crc` covers the bytes before it and starts from the segment's
// salt, so that a record of another segment, epoch or journal is not one of this.
struct RecordHead {
  std::uint32_t marker = kRecordMarker;
  std::uint32_t size = 0;  // payload bytes without padding
  RecordKind kind = RecordKind::kCommit;
  std::uint8_t zero = 0;
  std::uint16_t binding = 0;      // decisions: the binding's number in this segment
  std::uint32_t first = 0;        // decisions: ordinal of the first; binding: its number; else 0
  std::int64_t at_us = 0;         // never less than the record's before
  std::uint32_t payload_crc = 0;  // of the payload and its padding
  std::uint32_t head_crc = 0;
};
static_assert(sizeof(RecordHead) == 32);

// At the start of a segment; written once, before the segment gets its name.
struct SegmentHead {
  char magic[8] = {'M', 'O', 'O', 'R', 'J', 'R', 'N', 'L'};
  std::uint16_t version = kFormatVersion;
  std::uint16_t replica = 0;
  std::uint32_t number = 0;
  std::uint64_t epoch = 0;  // grows with every opening of the journal for writing
  std::int64_t created_us = 0;
  std::uint64_t previous_end = 0;  // where the segment before ends; 0 for the very first
  Digest previous_chain{};         // its last chain value
  std::byte zeros[52] = {};
  std::uint32_t crc = 0;  // of the bytes before
};
static_assert(sizeof(SegmentHead) == 128);
inline constexpr std::uint64_t kSegmentHeadBytes = sizeof(SegmentHead);

// Payload of a commit. chain = SHA-256(chain before, the group's bytes, the fields after `chain`).
struct CommitFrame {
  Digest chain{};
  std::uint64_t group_start = 0;   // offset of the group's first record
  std::uint64_t synced_to = 0;     // all before this offset was durable when the frame was written
  std::uint32_t records = 0;       // of the group
  std::uint32_t next_ordinal = 0;  // of the segment, after the group
};
static_assert(sizeof(CommitFrame) == 56);

// Every so many bytes one entry, so that a decision is found by reading about that much.
inline constexpr std::uint64_t kIndexStepBytes = 32 * 1024;

struct IndexEntry {
  std::uint32_t ordinal = 0;  // of the first decision in the record
  std::uint64_t offset = 0;   // of the record
  std::int64_t at_us = 0;
};

struct BindingPlace {
  std::uint16_t number = 0;
  std::uint64_t offset = 0;
};

// What a segment holds; the payload of its footer.
struct SegmentSummary {
  std::uint64_t end = 0;  // after the last commit
  Digest chain{};
  std::uint64_t records = 0, outcomes = 0, refusals = 0, commits = 0;
  std::uint32_t decisions = 0;             // also the next ordinal
  std::int64_t first_us = 0, last_us = 0;  // of the records; both 0 when there are none
  std::vector<IndexEntry> index;           // ordinals and offsets grow
  std::vector<BindingPlace> bindings;

  // Counts one record that lies at `offset`; `rows` is decisions or outcomes in it.
  void Note(const RecordHead& head, std::uint64_t offset, std::uint32_t rows);
  // Counts what `group` counted, whose offsets start at `base`. Its end and chain are not looked
  // at.
  void Add(const SegmentSummary& group, std::uint64_t base);
  // As new, but keeps memory. Ordinals go on from `next_ordinal`.
  void Clear(std::uint32_t next_ordinal);
};

inline std::uint64_t PaddedBytes(std::uint64_t size) { return (size + 7) & ~std::uint64_t{7}; }
inline std::uint64_t RecordBytes(std::uint64_t size) {
  return sizeof(RecordHead) + PaddedBytes(size);
}

// What the head CRCs of a segment's records start from.
std::uint32_t SaltOf(std::uint16_t replica, std::uint32_t number, std::uint64_t epoch);

// Fills head_crc and writes the head at `out`.
void PutHead(RecordHead head, std::uint32_t salt, char* out);
// The head at the start of `bytes`, when it is whole and of this segment.
std::optional<RecordHead> TakeHead(ByteSpan bytes, std::uint32_t salt);

// Fills the CRC; gives the head as bytes.
std::string EncodeSegmentHead(SegmentHead& head);
std::optional<SegmentHead> TakeSegmentHead(ByteSpan bytes);

// Appends a whole record: head, payload, padding.
void AppendRecord(RecordHead head, std::string_view payload, std::uint32_t salt, std::string& out);

// The chain's value before the first group.
Digest FirstChain(const SegmentHead& head);
// The chain's value after a group; `frame.chain` is not read.
Digest NextChain(const Digest& before, ByteSpan group, const CommitFrame& frame);

std::string_view AsPayload(const CommitFrame& frame);
std::optional<CommitFrame> TakeCommit(ByteSpan payload);

std::string EncodeSummary(const SegmentSummary& summary);
std::optional<SegmentSummary> TakeSummary(ByteSpan payload);

// The last bytes of a sealed segment: where its footer is.
inline constexpr std::uint64_t kTrailerBytes = 16;
std::string EncodeTrailer(std::uint64_t footer_offset, std::uint32_t salt);
std::optional<std::uint64_t> TakeTrailer(ByteSpan bytes, std::uint32_t salt);

// "00000057.segment" and back; nothing for other names.
std::string SegmentName(std::uint32_t number);
std::optional<std::uint32_t> SegmentNumber(std::string_view name);
std::string SegmentPath(const std::string& directory, std::uint32_t number);

}  // namespace mooring::records
