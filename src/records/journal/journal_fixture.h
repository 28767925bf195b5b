// What the journal's tests share: a small model's binding, decisions made from a number, and a
// visitor that remembers what it was told. Tests only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/io/simulated_file_system.h"
#include "records/journal/journal.h"
#include "records/journal/reader.h"

namespace mooring::records {

inline std::shared_ptr<const data::Schema> SchemaOf(std::vector<data::Field> fields) {
  return std::make_shared<const data::Schema>(data::Schema::Make(std::move(fields)).value());
}

inline std::shared_ptr<const Binding> TestBinding(VersionNumber version = 1) {
  auto binding = std::make_shared<Binding>();
  binding->model = "flight-cover";
  binding->version = version;
  binding->contract_hash = "c0ffee";
  binding->currency = "RUB";
  const auto places = data::Dictionary::Make({"LED", "SVO"}).value();
  binding->inputs = SchemaOf({{"distance", data::Type::kFloat32, true},
                              {"origin", data::Type::kCategory, true, places},
                              {"passenger", data::Type::kString, true},
                              {"serial", data::Type::kInt64, false}});
  binding->outputs = SchemaOf({{"probability", data::Type::kFloat64, true}});
  return binding;
}

// Remembers whether and what it was told.
struct RememberingWaiter final : CommitWaiter {
  void Committed(const Status& status) noexcept override {
    ++told;
    ok = status.ok();
    if (!ok) text = status.error().ToString();
  }
  int told = 0;
  bool ok = false;
  std::string text;
};

// A block of `rows` decisions with serials from `serial` on; keeps the batches that it points to.
class TestBlock {
 public:
  TestBlock(std::shared_ptr<const Binding> binding, std::int64_t serial, std::size_t rows = 1)
      : inputs_(binding->inputs), outputs_(binding->outputs), rows_(rows) {
    for (std::size_t i = 0; i < rows; ++i) {
      const auto number = serial + static_cast<std::int64_t>(i);
      inputs_.column(0).Append(static_cast<float>(number) * 0.5F);
      inputs_.column(1).AppendText(number % 3 == 0 ? "LED" : "UNSEEN");
      if (number % 5 == 0) {
        inputs_.column(2).AppendNull();
      } else {
        inputs_.column(2).AppendText("passenger-" + std::to_string(number));
      }
      inputs_.column(3).Append(number);
      outputs_.column(0).Append(1.0 / static_cast<double>(number + 2));
      rows_[i].score = static_cast<double>(number);
      rows_[i].amount_minor = number * 100;
      rows_[i].flagged = number % 2 == 0;
      rows_[i].verdict = static_cast<Verdict>(number % 5);
      rows_[i].reason = static_cast<std::uint8_t>(number % 7);
    }
    inputs_.SetRows(rows);
    outputs_.SetRows(rows);
    request_id_ = "request-" + std::to_string(serial);
    block.binding = std::move(binding);
    block.at = Time(Micros(1'700'000'000'000'000 + serial));
    block.caller = "tester";
    block.request_id = request_id_;
    block.body_hash = static_cast<std::uint64_t>(serial) * 31;
    block.latency_us = 77;
    block.inputs = &inputs_;
    block.outputs = &outputs_;
    block.rows = rows_;
  }
  TestBlock(const TestBlock&) = delete;
  TestBlock& operator=(const TestBlock&) = delete;

  DecisionBlock block;

 private:
  data::Batch inputs_, outputs_;
  std::vector<RowDecision> rows_;
  std::string request_id_;
};

// What a reader told, by serial; `wrong` counts rows that are not as TestBlock makes them.
struct RememberingVisitor final : JournalVisitor {
  void OnDecisions(const ReadDecisions& block) override {
    if (last.time_since_epoch().count() != 0 && block.at < last) ++wrong;
    last = block.at;
    for (std::uint32_t i = 0; i < block.rows.size(); ++i) {
      const std::int64_t serial = block.inputs->Find("serial")->Values<std::int64_t>()[i];
      const bool right =
          block.inputs->column(0).Values<float>()[i] == static_cast<float>(serial) * 0.5F &&
          block.inputs->column(1).Text(i) == (serial % 3 == 0 ? "LED" : "UNSEEN") &&
          block.outputs->column(0).Values<double>()[i] == 1.0 / static_cast<double>(serial + 2) &&
          block.rows[i].score == static_cast<double>(serial) &&
          block.rows[i].amount_minor == serial * 100 &&
          block.rows[i].flagged == (serial % 2 == 0) &&
          block.rows[i].verdict == static_cast<Verdict>(serial % 5) && block.caller == "tester" &&
          block.latency_us == 77;
      if (!right) ++wrong;
      DecisionId id = block.first;
      id.ordinal += i;
      seen[serial].push_back(id);
    }
    versions.push_back(block.binding->version);
    request_ids.push_back(std::string(block.request_id));
  }
  void OnOutcomes(std::span<const Outcome> told) override {
    outcomes.insert(outcomes.end(), told.begin(), told.end());
  }
  void OnRefusal(const Refusal& refusal) override {
    refusals.push_back(std::string(refusal.code) + "/" + std::string(refusal.feature) +
                       (refusal.version == 0 ? "" : "/" + std::to_string(refusal.version)));
  }

  std::map<std::int64_t, std::vector<DecisionId>> seen;
  std::vector<Outcome> outcomes;
  std::vector<std::string> refusals, request_ids;
  std::vector<VersionNumber> versions;
  Time last;
  int wrong = 0;
};

inline Journal::Options TestOptions(FileSystem& files, const Clock& clock) {
  Journal::Options options;
  options.directory = "data/journal";
  options.files = &files;
  options.clock = &clock;
  options.segment_bytes = 64 * 1024;
  options.own_thread = false;
  return options;
}

inline RememberingVisitor ReadAll(FileSystem& files, const std::string& directory) {
  RememberingVisitor visitor;
  const auto end = EndOfJournal(files, directory);
  CHECK_OK_RESULT(end);
  auto reader = JournalReader::Open(files, directory);
  while (true) {
    const auto read = (*reader)->Read(*end, 1000, visitor);
    CHECK_OK_RESULT(read);
    if (*read == 0) return visitor;
  }
}

}  // namespace mooring::records
