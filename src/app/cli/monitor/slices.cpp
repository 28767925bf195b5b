#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "app/cli/log/journal_directory.h"
#include "app/cli/log/lake_places.h"
#include "app/cli/monitor/drift_ways.h"
#include "app/cli/output/listing.h"
#include "app/cli/profile/profile_file.h"
#include "app/cli/store/open.h"
#include "base/text/json_writer.h"
#include "data/stats/distances.h"
#include "monitoring/exact/slice_report.h"
#include "monitoring/window_report.h"
#include "records/contract/contract.h"
#include "records/journal/reader.h"
#include "records/lake/lake_rows.h"

namespace mooring::app::cli {
namespace {

using monitoring::MeasuredSlice;
using monitoring::SliceMeasure;
using monitoring::SliceQuestion;
using monitoring::SliceReport;

constexpr std::size_t kMostMeasures = 32;

// The lake's columns are told apart without regard to case.
bool IsSameColumn(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// Whether it is one of the names that the lake has for itself.
bool IsTaken(const std::string& name) {
  return std::ranges::any_of(records::DecisionFields(), [&](const data::Field& field) {
    return IsSameColumn(field.name, name);
  });
}

std::string LakeColumn(const std::string& input) {
  return IsTaken(input) ? "input_" + input : input;
}

Result<std::vector<double>> CutsOf(const Args& args) {
  std::vector<double> cuts;
  const std::string text = args.Text("cuts");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    double cut = 0;
    const auto read = std::from_chars(text.data() + at, text.data() + end, cut);
    if (read.ec != std::errc() || read.ptr != text.data() + end || !std::isfinite(cut)) {
      return Error(Code::kInvalidArgument, "--cuts '" + text + "' are no numbers")
          .Help("as in --cuts 500,1500");
    }
    cuts.push_back(cut);
    at = end + 1;
  }
  return cuts;
}

// --by and --cuts, or what the contract names.
Result<std::vector<records::SliceRule>> RulesOf(const Args& args,
                                                const records::Contract& contract) {
  if (args.Has("by")) {
    ASSIGN_OR_RETURN(std::vector<double> cuts, CutsOf(args));
    return std::vector<records::SliceRule>{{args.Text("by"), std::move(cuts)}};
  }
  if (!contract.monitor.slices.empty()) return contract.monitor.slices;
  return Error(Code::kInvalidArgument, "the contract of '" + contract.model + "' names no slices")
      .Help("name a column with --by, or add monitor.slices to the contract");
}

// Training data have columns that no decision has, such as the label.
bool IsInLake(const std::string& name, const records::Contract& contract) {
  if (name == monitoring::kScoreColumn) return true;
  const records::InputRule* input = contract.FindInput(name);
  if (input != nullptr) return data::IsNumeric(input->type);
  return contract.inputs.empty() && !(contract.outcome && contract.outcome->name == name);
}

// The score and the numbers of the training data, in the groups that the watch uses.
std::vector<SliceMeasure> MeasuresOf(const data::BatchProfile& reference,
                                     const records::Contract& contract) {
  std::vector<SliceMeasure> measures;
  for (std::size_t i = 0; i < reference.width(); ++i) {
    data::ComparedGroups groups = data::GroupsOf(reference, reference, i);
    const std::string& name = reference.name(i);
    if (groups.upper.size() < 2 || !IsInLake(name, contract)) continue;  // no number, or constant
    groups.upper.pop_back();
    const bool score = name == monitoring::kScoreColumn;
    SliceMeasure measure{.column = score ? name : LakeColumn(name)};
    measure.edges = std::move(groups.upper);
    measure.reference = std::move(groups.reference);
    measures.insert(score ? measures.begin() : measures.end(), std::move(measure));
  }
  return measures;
}

// The same where there are no training data: each slice is held against all of them together.
std::vector<SliceMeasure> MeasuresOf(const records::Contract& contract) {
  std::vector<SliceMeasure> measures = {{.column = std::string(monitoring::kScoreColumn)}};
  for (const records::InputRule& input : contract.inputs) {
    if (data::IsNumeric(input.type)) measures.push_back({.column = LakeColumn(input.name)});
  }
  return measures;
}

// Which figures there are, and against what.
Result<std::vector<SliceMeasure>> Measures(Context& context, const Args& args,
                                           const records::Contract& contract) {
  const std::string version = args.Text("version", "champion");
  auto reference = ReferenceProfile(context, {contract.model, version});
  std::vector<SliceMeasure> measures;
  if (reference.ok()) {
    measures = MeasuresOf(*reference, contract);
    context.Hint("against the training data of version " + version);
  } else if (reference.error().code() == Code::kFailedPrecondition || version == "champion") {
    measures = MeasuresOf(contract);
    context.Hint("against all slices together: " + reference.error().message());
  } else {
    return std::move(reference).error();
  }
  if (measures.size() > kMostMeasures) {
    context.Warn(fmt::format("{} of {} features are compared", kMostMeasures, measures.size()));
    measures.resize(kMostMeasures);
  }
  return measures;
}

// Without the column that slices are cut by: a range of it never has all the values of the
// reference, so it would always have moved.
std::vector<SliceMeasure> Without(std::vector<SliceMeasure> measures, const std::string& column) {
  std::erase_if(measures,
                [&](const SliceMeasure& measure) { return IsSameColumn(measure.column, column); });
  return measures;
}

struct Judged {
  std::string verdict;  // "ok", "drift", "not_enough_data"
  double score_psi = std::nan("");
  std::string worst;  // the feature that moved most
  double worst_psi = std::nan("");
  double share = 0;  // of the features, beyond the bound
};

// The plain rule PSI, without what chance alone adds.
Judged JudgeSlice(const MeasuredSlice& slice, const std::vector<SliceMeasure>& measures,
                  const records::MonitorRule& rule) {
  Judged judged;
  double compared = 0, beyond = 0;
  for (std::size_t i = 0; i < measures.size(); ++i) {
    const double psi = slice.psi_adjusted[i];
    if (measures[i].column == monitoring::kScoreColumn) {
      judged.score_psi = psi;
      continue;
    }
    if (std::isnan(psi)) continue;
    compared += 1;
    beyond += psi > rule.psi ? 1 : 0;
    if (judged.worst.empty() || psi > judged.worst_psi) {
      judged.worst = measures[i].column;
      judged.worst_psi = psi;
    }
  }
  if (compared != 0) judged.share = beyond / compared;
  const bool drifted = judged.score_psi > rule.psi || judged.share > rule.share;
  judged.verdict = slice.rows < rule.window_min_rows ? "not_enough_data" : drifted ? "drift" : "ok";
  return judged;
}

RawJson Features(const MeasuredSlice& slice, const std::vector<SliceMeasure>& measures) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject();
  for (std::size_t i = 0; i < measures.size(); ++i) {
    json.Member(measures[i].column, slice.psi_adjusted[i]);
  }
  json.EndObject();
  return {std::move(text)};
}

class SliceAnswer {
 public:
  SliceAnswer(data::DuckDb& db, const records::Contract& contract) : db_(db), contract_(contract) {}

  Status Ask(const SliceQuestion& question) {
    ASSIGN_OR_RETURN(const SliceReport report, monitoring::ReportSlices(db_, question));
    rows_ = report.rows;
    for (const MeasuredSlice& slice : report.slices) {
      const Judged judged = JudgeSlice(slice, question.measures, contract_.monitor);
      drifted_ += judged.verdict == "drift" ? 1 : 0;
      const Colour colour = judged.verdict == "drift" ? Colour::kRed
                            : judged.verdict == "ok"  ? Colour::kGreen
                                                      : Colour::kPlain;
      listing_.Add({slice.slice, Cell(judged.verdict, colour), slice.rows, slice.mean_score,
                    judged.score_psi, Cell(judged.worst), judged.worst_psi, judged.share,
                    slice.outcomes, slice.mean_outcome, Features(slice, question.measures)});
    }
    return Ok();
  }

  const Listing& listing() const { return listing_; }
  std::uint64_t rows() const { return rows_; }
  std::size_t drifted() const { return drifted_; }

 private:
  data::DuckDb& db_;
  const records::Contract& contract_;
  std::uint64_t rows_ = 0;
  std::size_t drifted_ = 0;
  Listing listing_{"mooring.drift_slices/1",
                   {{"slice", "rows that share a property"},
                    {"verdict", "ok or drift by PSI without chance; not_enough_data"},
                    {"rows", "decisions in it"},
                    {"mean_score", "of them"},
                    {"score_psi", "PSI of the score without what chance alone adds"},
                    {"worst", "the input that moved most"},
                    {"worst_psi", "its PSI without chance"},
                    {"drifted_share", "of the inputs, beyond the bound"},
                    {"outcomes", "that are known"},
                    {"mean_outcome", "of them; the rate of an outcome that is 0 or 1"},
                    {"features", "PSI without chance of each", false}}};
};

Result<SliceQuestion> QuestionOf(const Args& args, const records::Contract& contract) {
  ASSIGN_OR_RETURN(const auto version, args.Number("version", 1, ~VersionNumber{0}));
  SliceQuestion question{.model = contract.model,
                         .version = static_cast<VersionNumber>(version.value_or(0))};
  if (args.Has("from")) {
    ASSIGN_OR_RETURN(question.from, ParseTime(args.Text("from")));
  }
  if (args.Has("to")) {
    ASSIGN_OR_RETURN(question.to, ParseTime(args.Text("to")));
  }
  if (question.from && question.to && *question.to < *question.from) {
    return Error(Code::kInvalidArgument, "--to is before --from");
  }
  if (contract.outcome) question.outcome = contract.outcome->name;
  return question;
}

}  // namespace

Result<ExitCode> RunSlices(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const std::string directory,
                   JournalDirectory(context, "monitor drift MODEL --slices"));
  ASSIGN_OR_RETURN(const auto store, OpenExistingStore(context));
  ASSIGN_OR_RETURN(const records::ModelRecord record, store->Model(args.positional(0)));
  ASSIGN_OR_RETURN(const std::string text, store->ContractText(record.contract_hash));
  ASSIGN_OR_RETURN(const records::Contract contract, records::ParseContract(text));
  ASSIGN_OR_RETURN(SliceQuestion question, QuestionOf(args, contract));
  ASSIGN_OR_RETURN(const auto rules, RulesOf(args, contract));
  ASSIGN_OR_RETURN(const auto measures, Measures(context, args, contract));
  ASSIGN_OR_RETURN(const records::JournalPosition end,
                   records::EndOfJournal(*context.files, directory));
  ASSIGN_OR_RETURN(const auto db, records::OpenAnalysis(LakePlacesOf(context), end));
  SliceAnswer answer(*db, contract);
  for (const records::SliceRule& rule : rules) {
    question.column = LakeColumn(rule.column);
    question.cuts = rule.cuts;
    question.measures = Without(measures, question.column);
    if (question.measures.size() < measures.size()) {
      context.Hint(fmt::format("'{0}' is left out of the verdict of slices by '{0}'", rule.column));
    }
    RETURN_IF_ERROR(answer.Ask(question));
  }
  RETURN_IF_ERROR(PrintListing(context, args, answer.listing()));
  context.Hint(
      fmt::format("{} decisions of {}: {} slices drifted (PSI without chance > {:g} of the "
                  "score or of more than {:.0f} % of the inputs)",
                  answer.rows(), contract.model, answer.drifted(), contract.monitor.psi,
                  100 * contract.monitor.share));
  return answer.drifted() == 0 ? ExitCode::kDone : ExitCode::kFindings;
}

}  // namespace mooring::app::cli
