#include "app/refusal_notes.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "records/audit/audit_sink_for_tests.h"

namespace mooring::app {
namespace {

// Holds the first entry up until it is let go, as a slow disk would.
struct SlowSink final : records::AuditSink {
  Result<std::uint64_t> Append(const records::ControlEntry& entry) override {
    if (kept.entries.empty()) {
      begun.count_down();
      go.wait();
    }
    return kept.Append(entry);
  }
  std::latch begun{1}, go{1};
  records::RecordingSink kept;
};

records::AccessEvent Refused(const std::string& who) {
  return {.who = who, .action = "PUT /x", .subject = "m", .detail = "", .allowed = false};
}

TEST(RefusalNotes, WhatIsTooMuchIsCountedByCallerAndWritten) {
  SimulatedClock clock;
  SlowSink sink;
  RefusalNotes notes({.audit = &sink, .clock = &clock});
  notes.Note(Refused("ann"));
  sink.begun.wait();  // the thread has the first; all that follow wait
  for (std::size_t i = 0; i < RefusalNotes::kWaiting; ++i) notes.Note(Refused("ann"));
  const Time first = clock.Now();
  for (int i = 0; i < 5; ++i) notes.Note(Refused("ann"));
  clock.Advance(std::chrono::seconds(3));
  for (int i = 0; i < 2; ++i) notes.Note(Refused("bob"));
  notes.Note(Refused("ann"));
  const Time last = clock.Now();
  sink.go.count_down();
  notes.Stop();

  std::size_t single = 0;
  std::map<std::string, std::vector<std::string>> more;
  for (const records::ControlEntry& entry : sink.kept.entries) {
    EXPECT_TRUE(entry.never_waits);
    if (entry.action == "refused: PUT /x") ++single;
    if (entry.action == "refused: more") more[entry.principal].push_back(entry.detail);
  }
  EXPECT_EQ(single, RefusalNotes::kWaiting + 1);
  const std::string between =
      " more refusals between " + FormatTime(first) + " and " + FormatTime(last);
  EXPECT_EQ(more["ann"], std::vector<std::string>{"6" + between});
  ASSERT_EQ(more["bob"].size(), 1U);
  EXPECT_TRUE(more["bob"][0].starts_with("2 more")) << more["bob"][0];
}

TEST(RefusalNotes, CallersBeyondThoseThatAreKeptAreSummed) {
  SimulatedClock clock;
  SlowSink sink;
  RefusalNotes notes({.audit = &sink, .clock = &clock});
  notes.Note(Refused("first"));
  sink.begun.wait();
  for (std::size_t i = 0; i < RefusalNotes::kWaiting; ++i) notes.Note(Refused("first"));
  for (std::size_t i = 0; i < RefusalNotes::kCallers + 7; ++i) {
    notes.Note(Refused("caller" + std::to_string(i)));
  }
  sink.go.count_down();
  notes.Stop();
  std::size_t entries = 0;
  std::string others;
  for (const records::ControlEntry& entry : sink.kept.entries) {
    entries += entry.action == "refused: more" ? 1 : 0;
    if (entry.principal == "(others)") others = entry.detail;
  }
  EXPECT_EQ(entries, RefusalNotes::kCallers + 1);
  EXPECT_TRUE(others.starts_with("7 more")) << others;
}

// However the threads fall, each is either written or counted.
TEST(RefusalNotes, NoneGoesUnmentioned) {
  constexpr std::uint64_t kEach = 2'000;
  records::RecordingSink sink;
  RefusalNotes notes({.audit = &sink, .clock = &SystemClock()});
  {
    std::vector<std::jthread> callers;
    for (int c = 0; c < 3; ++c) {
      callers.emplace_back([&notes] {
        for (std::uint64_t i = 0; i < kEach; ++i) notes.Note(Refused("ann"));
      });
    }
  }
  notes.Stop();
  std::uint64_t told = 0;
  for (const records::ControlEntry& entry : sink.entries) {
    told += entry.action == "refused: more" ? std::stoull(entry.detail) : 1;
  }
  EXPECT_EQ(told, 3 * kEach);
}

}  // namespace
}  // namespace mooring::app
