// A journal's newest segment, damaged: the bytes are patches of a segment that a journal wrote
// (three of place, one of value), or the whole segment when they start with 'S'. Verifying,
// recovering and reading must end, and never show a decision that was not made.
#include <cstdint>
#include <cstdlib>

#include "records/journal/journal_fixture.h"
#include "records/journal/recovery.h"

namespace {

using namespace mooring;           // NOLINT: a program of one file
using namespace mooring::records;  // NOLINT

constexpr const char* kFolder = "data/journal";

class Same final : public Pseudonymiser {
 public:
  std::string Pseudonym(std::string_view, std::string_view) const override {
    return std::string(32, 'a');
  }
};

// The files of a journal with a few blocks; the largest is the segment.
struct Written {
  std::vector<std::pair<std::string, std::string>> files;  // paths and bytes
  std::size_t segment = 0;
};

Written WriteJournal() {
  const SimulatedClock clock;
  SimulatedFileSystem files;
  const Same same;
  CHECK_OK_RESULT(files.MakeDirectories(kFolder));
  Journal::Options options = TestOptions(files, clock);
  options.pseudonymiser = &same;
  auto journal = Journal::Open(options);
  CHECK_OK_RESULT(journal);
  for (std::int64_t serial = 0; serial < 40; serial += 4) {
    const TestBlock block(TestBinding(), serial, 4);
    CHECK_OK_RESULT((*journal)->Append(block.block, nullptr));
    (*journal)->CommitNow();
  }
  Written written;
  const std::vector<std::string> names = *files.List(kFolder);
  for (const std::string& name : names) {
    const std::string path = std::string(kFolder) + "/" + name;
    auto bytes = files.ReadFile(path, 1 << 20);
    if (!bytes.ok()) continue;
    written.files.emplace_back(path, std::move(*bytes));
    if (written.files.back().second.size() > written.files[written.segment].second.size()) {
      written.segment = written.files.size() - 1;
    }
  }
  return written;
}

void Patch(std::string& segment, const std::uint8_t* bytes, std::size_t size) {
  if (size > 0 && bytes[0] == 'S') {
    segment.assign(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    return;
  }
  for (std::size_t i = 0; i + 4 <= size; i += 4) {
    const std::size_t place = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16);
    segment[place % segment.size()] = static_cast<char>(bytes[i + 3]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const Written written = WriteJournal();
  SimulatedFileSystem files;
  CHECK_OK_RESULT(files.MakeDirectories(kFolder));
  for (std::size_t i = 0; i < written.files.size(); ++i) {
    std::string text = written.files[i].second;
    if (i == written.segment) Patch(text, bytes, size);
    CHECK_OK_RESULT(files.WriteFileDurably(written.files[i].first, AsBytes(text)));
  }
  static_cast<void>(VerifyJournal(files, kFolder));
  static_cast<void>(RecoverJournal(files, kFolder, 1));
  const auto end = EndOfJournal(files, kFolder);
  auto reader = JournalReader::Open(files, kFolder);
  if (!end.ok() || !reader.ok()) return 0;
  RememberingVisitor visitor;
  for (int step = 0; step < 200; ++step) {
    const auto read = (*reader)->Read(*end, 100, visitor);
    if (read.ok() && *read == 0) break;
    if (!read.ok() && !(*reader)->SkipDamage().ok()) break;
  }
  if (visitor.wrong != 0) std::abort();
  return 0;
}
