// Imports that are cut, and what the next one makes of it.
// Reads golden files below MOORING_SOURCE_DIR (import_fixture.h).
#include "control/moving/import_fixture.h"

namespace mooring::control {
namespace {

// Cut after each thing that the import tells of, then gone on with, it comes to the same.
TEST_F(MovingTest, GoesOnWhereItWasCut) {
  auto source = Files();
  Import(*source, *home_);
  const std::string whole = Told(*home_);
  for (const int cut : {1, 3, 5}) {
    Home other(root_ + "/cut" + std::to_string(cut));
    int told = 0;
    const auto stopped =
        ImportMlflow(*source, other.stores(),
                     {.ledger_file = other.ledger(),
                      .progress = [&](const ImportReport&) { return ++told < cut; }});
    ASSERT_FALSE(stopped.ok());
    EXPECT_EQ(stopped.error().code(), Code::kUnavailable);
    const ImportReport rest = Import(*source, other);
    EXPECT_EQ(Joined(rest.differences), "") << cut;
    EXPECT_EQ(Told(other), whole) << cut;
  }
}

// A source that becomes unreachable after so many calls.
class LeavingSource final : public MlflowSource {
 public:
  LeavingSource(std::unique_ptr<MlflowSource> source, int calls)
      : source_(std::move(source)), left_(calls) {}
  const std::string& name() const override { return source_->name(); }
  Result<records::PageOf<records::Experiment>> Experiments(const std::string& token) override {
    RETURN_IF_ERROR(Call());
    return source_->Experiments(token);
  }
  Result<records::PageOf<records::Run>> Runs(const std::string& experiment,
                                             const std::string& token) override {
    RETURN_IF_ERROR(Call());
    return source_->Runs(experiment, token);
  }
  Result<records::PageOf<records::Metric>> History(const records::Run& run, const std::string& key,
                                                   const std::string& token) override {
    RETURN_IF_ERROR(Call());
    return source_->History(run, key, token);
  }
  Result<records::PageOf<records::LoggedModel>> LoggedModels(const std::string& experiment,
                                                             const std::string& token) override {
    RETURN_IF_ERROR(Call());
    return source_->LoggedModels(experiment, token);
  }
  Result<std::vector<SourceArtifact>> Artifacts(const ArtifactOwner& owner) override {
    RETURN_IF_ERROR(Call());
    return source_->Artifacts(owner);
  }
  Result<std::unique_ptr<ByteStream>> Open(const ArtifactOwner& owner,
                                           const std::string& path) override {
    RETURN_IF_ERROR(Call());
    return source_->Open(owner, path);
  }
  Result<records::PageOf<records::RegisteredModel>> Models(const std::string& token) override {
    RETURN_IF_ERROR(Call());
    return source_->Models(token);
  }
  Result<std::vector<SourceVersion>> Versions(const std::string& model) override {
    RETURN_IF_ERROR(Call());
    return source_->Versions(model);
  }

 private:
  Status Call() {
    if (left_-- > 0) return Ok();
    return Error(Code::kUnavailable, "the source went away");
  }
  std::unique_ptr<MlflowSource> source_;
  int left_;
};

// Wherever the source goes away, the next import goes on and comes to the same.
TEST_F(MovingTest, GoesOnWhereverTheSourceWentAway) {
  auto source = Files();
  Import(*source, *home_);
  const std::string whole = Told(*home_);
  int cut = 0;
  for (bool cut_short = true; cut_short; cut += 5) {
    Home other(root_ + "/left" + std::to_string(cut));
    LeavingSource leaving(Files(), cut);
    const auto report =
        ImportMlflow(leaving, other.stores(), {.ledger_file = other.ledger(), .verify = false});
    cut_short = !report.ok();
    if (cut_short) {
      EXPECT_EQ(report.error().code(), Code::kUnavailable);
    }
    const ImportReport rest = Import(*source, other);
    EXPECT_EQ(Joined(rest.differences), "") << cut;
    EXPECT_EQ(Told(other), whole) << cut;
  }
  EXPECT_GT(cut, 20);
}

// A cut between what was done and the row that tells of it: the step is repeated, and comes to the
// same.
TEST_F(MovingTest, GoesOnFromWhatWasDoneAndNotWrittenDown) {
  auto source = Files();
  Import(*source, *home_);
  const std::string whole = Told(*home_);
  const std::string undo = "UPDATE moved SET print = '' WHERE kind = 'registered';";
  for (const std::string& lost :
       {std::string("DELETE FROM moved WHERE kind = 'version' AND id = '3@fare'"),
        std::string("DELETE FROM moved WHERE kind IN ('run', 'model')"),
        std::string("UPDATE moved SET ours = '', print = '' WHERE kind = 'experiment'"),
        std::string("DELETE FROM files")}) {
    {
      auto ledger = data::Database::Open(home_->ledger(), {}).value();
      ASSERT_TRUE(ledger.Execute(undo + lost).ok());
    }
    const ImportReport rest = Import(*source, *home_);
    EXPECT_EQ(Joined(rest.differences), "") << lost;
    EXPECT_EQ(Told(*home_), whole) << lost;
  }
}

// A number that was made to be burnt, and was not yet.
TEST_F(MovingTest, BurnsWhatACutLeftAndKeepsTheNumbers) {
  auto source = Files();
  Import(*source, *home_);
  const std::string whole = Told(*home_);
  Home other(root_ + "/other");
  int told = 0;  // up to the registry
  const auto stopped = ImportMlflow(*source, other.stores(),
                                    {.ledger_file = other.ledger(),
                                     .verify = false,
                                     .progress = [&](const ImportReport&) { return ++told < 4; }});
  ASSERT_FALSE(stopped.ok());
  {
    auto ledger = Ledger::Open(other.ledger(), source->name(), false).value();
    ASSERT_TRUE(ledger.Put("registered", "fare", {.ours = "made"}).ok());
    ASSERT_TRUE(ledger.Put("version", "1@fare", {.ours = "1"}).ok());
  }
  const auto fare = source->Models("")->items.at(0);
  ASSERT_TRUE(other.catalogue
                  ->CreateModel({.name = "fare",
                                 .description = fare.description,
                                 .user = fare.user,
                                 .tags = fare.tags})
                  .ok());
  const auto versions = source->Versions("fare").value();
  ASSERT_EQ(other.catalogue->CreateVersion(versions.at(0))->number, 1U);
  ASSERT_TRUE(other.catalogue->SetStage("fare", 1, versions.at(0).stage, false).ok());
  ASSERT_TRUE(
      other.catalogue->CreateVersion({.model = "fare", .source = "deleted before the import"})
          .ok());
  const ImportReport rest = Import(*source, other);
  EXPECT_EQ(Joined(rest.differences), "");
  EXPECT_EQ(Told(other), whole);
}

}  // namespace
}  // namespace mooring::control
