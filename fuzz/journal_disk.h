// JournalDisk: a small journal of several segments on a disk in memory, written once; an input
// changes one file of it, and Restore puts the file back. For the journal's fuzzer.
//
// Thread safety: none. Cost: an input costs one write of a file of a few kilobytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "records/journal/journal_fixture.h"
#include "records/journal/record_codec.h"
#include "records/journal/recovery.h"
#include "records/journal/segment_format.h"

namespace mooring::fuzz {

inline const std::string kFolder = "data/journal";

class JournalDisk {
 public:
  JournalDisk() {
    CHECK_OK_RESULT(files.MakeDirectories(kFolder));
    Write();
    for (changed_ = 0; changed_ < written_.size(); ++changed_) Restore();
    changed_ = 0;
    made = records::ReadAll(files, kFolder);
  }

  void Patch(std::uint8_t choice, std::span<const std::uint8_t> patches) {
    changed_ = choice % written_.size();
    std::string text = written_[changed_].second;
    for (std::size_t i = 0; i + 3 <= patches.size(); i += 3) {
      const std::size_t place = patches[i] | (patches[i + 1] << 8);
      text[place % text.size()] = static_cast<char>(patches[i + 2]);
    }
    Put(text);
  }

  // The newest segment's head, then the records and a commit, and, when the input has one, a
  // footer that says where it is and otherwise what the input wants.
  void Forge(std::span<const std::uint8_t> input) {
    changed_ = newest_;
    footer_.clear();
    std::string text = written_[changed_].second.substr(0, records::kSegmentHeadBytes);
    const auto head = records::TakeSegmentHead(AsBytes(text));
    CHECK(head.has_value());
    salt_ = records::SaltOf(head->replica, head->number, head->epoch);
    records::CommitFrame frame;
    frame.group_start = frame.synced_to = text.size();
    std::uint32_t bindings = 0;
    while (input.size() >= 3) AppendForged(input, text, frame, bindings);
    const ByteSpan group = AsBytes(text).subspan(records::kSegmentHeadBytes);
    frame.chain = records::NextChain(records::FirstChain(*head), group, frame);
    records::RecordHead commit;
    commit.at_us = kForgedAt;
    records::AppendRecord(commit, records::AsPayload(frame), salt_, text);
    if (footer_.size() >= sizeof(std::uint64_t)) AppendFooter(text);
    Put(text);
  }

  void Restore() { Put(written_[changed_].second); }

  SimulatedFileSystem files;
  records::RememberingVisitor made;

 private:
  static constexpr std::int64_t kForgedAt = 1'800'000'000'000'000;

  // Keeps the files as they are while the journal still writes: its newest segment is not sealed.
  void Write() {
    const SimulatedClock clock;
    records::Journal::Options options = records::TestOptions(files, clock);
    options.segment_bytes = 2048;
    auto journal = records::Journal::Open(options);
    CHECK_OK_RESULT(journal);
    for (std::int64_t serial = 0; serial < 40; serial += 4) {
      const records::TestBlock block(records::TestBinding(), serial, 4);
      CHECK_OK_RESULT((*journal)->Append(block.block, nullptr));
      (*journal)->CommitNow();
    }
    const auto names = files.List(kFolder);
    CHECK_OK_RESULT(names);
    for (const std::string& name : *names) {
      auto bytes = files.ReadFile(kFolder + "/" + name, 1 << 20);
      CHECK_OK_RESULT(bytes);
      if (records::SegmentNumber(name).has_value()) newest_ = written_.size();
      if (!bytes->empty()) written_.emplace_back(kFolder + "/" + name, *std::move(bytes));
    }
  }

  // Takes one record off the input.
  void AppendForged(std::span<const std::uint8_t>& input, std::string& text,
                    records::CommitFrame& frame, std::uint32_t& bindings) {
    const std::size_t wanted = input[1] | (input[2] << 8);
    const auto body = input.subspan(3, std::min(wanted, input.size() - 3));
    const std::string_view payload(reinterpret_cast<const char*>(body.data()), body.size());
    const std::uint8_t choice = input[0];
    input = input.subspan(3 + body.size());
    records::RecordHead head;
    head.kind = static_cast<records::RecordKind>(choice & 7U);
    head.at_us = kForgedAt;
    if (head.kind == records::RecordKind::kFooter) {
      footer_ = payload;
      return;
    }
    if (head.kind == records::RecordKind::kBinding) head.first = bindings++;
    if (head.kind == records::RecordKind::kDecisions) {
      head.binding = choice >> 3;
      head.first = frame.next_ordinal;
      frame.next_ordinal += records::RowsOf(head.kind, AsBytes(payload));
    }
    records::AppendRecord(head, payload, salt_, text);
    ++frame.records;
  }

  void AppendFooter(std::string& text) {
    const std::uint64_t at = text.size();
    std::memcpy(footer_.data(), &at, sizeof(at));
    records::RecordHead head;
    head.kind = records::RecordKind::kFooter;
    head.at_us = kForgedAt;
    records::AppendRecord(head, footer_, salt_, text);
    text += records::EncodeTrailer(at, salt_);
  }

  void Put(const std::string& text) {
    const auto file = files.Open(written_[changed_].first, OpenMode::kReadWrite);
    CHECK_OK_RESULT(file);
    CHECK_OK_RESULT((*file)->Truncate(text.size()));
    CHECK_OK_RESULT((*file)->WriteAt(0, AsBytes(text)));
    CHECK_OK_RESULT((*file)->Sync());
  }

  std::vector<std::pair<std::string, std::string>> written_;  // paths and bytes, by name
  std::size_t changed_ = 0, newest_ = 0;
  std::string footer_;
  std::uint32_t salt_ = 0;
};

}  // namespace mooring::fuzz
