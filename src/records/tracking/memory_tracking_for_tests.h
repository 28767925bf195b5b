// A TrackingStore in memory, as plain as it can be: vectors and loops, nothing indexed, everything
// under one lock. For tests of what stands on the port, and as the reference that real stores are
// held against. Filters and orders are not known here: searches give all of a lifecycle in MLflow's
// default order, page by page.
//
// Ids count up from 1 and times come from the clock, so that tests can say what comes. Thread
// safety: any thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <tuple>

#include "records/tracking/tracking_store.h"

namespace mooring::records::testing {

class MemoryTracking : public TrackingStore {
 public:
  explicit MemoryTracking(const Clock& clock, std::string artifact_root = "mlflow-artifacts:/")
      : clock_(clock), root_(std::move(artifact_root)) {
    experiments_.push_back({.id = "0", .name = "Default", .artifact_location = root_ + "0"});
  }

  Result<std::string> CreateExperiment(const NewExperiment& made) override {
    const std::lock_guard lock(mutex_);
    for (const Experiment& each : experiments_) {
      if (each.name == made.name) {
        return Error(Code::kAlreadyExists, "Experiment(name=" + made.name + ") already exists.");
      }
    }
    Experiment added{.id = std::to_string(experiments_.size()), .name = made.name};
    added.artifact_location =
        made.artifact_location.empty() ? root_ + added.id : made.artifact_location;
    added.created = added.updated = Now();
    for (const KeyValue& tag : made.tags) Put(added.tags, tag);
    experiments_.push_back(added);
    return added.id;
  }
  Result<Experiment> GetExperiment(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const Experiment* const found, Find(id));
    return *found;
  }
  Result<Experiment> GetExperimentByName(std::string_view name) override {
    const std::lock_guard lock(mutex_);
    for (const Experiment& each : experiments_) {
      if (each.name == name) return each;
    }
    return Error(Code::kNotFound,
                 "Could not find experiment with name '" + std::string(name) + "'");
  }
  Result<PageOf<Experiment>> SearchExperiments(const SearchRequest& request) override {
    const std::lock_guard lock(mutex_);
    std::vector<Experiment> found;
    for (const Experiment& each : experiments_) {
      if (Fits(request.view, each.stage)) found.push_back(each);
    }
    std::stable_sort(found.begin(), found.end(), [](const Experiment& a, const Experiment& b) {
      return std::tuple(-a.created, std::stoll(a.id)) < std::tuple(-b.created, std::stoll(b.id));
    });
    return Page(std::move(found), request.max_results, request.page_token);
  }
  Status RenameExperiment(std::string_view id, std::string_view name) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Experiment* const found, Find(id));
    if (found->stage != Lifecycle::kActive) {
      return Error(Code::kInvalidArgument, "Cannot rename a non-active experiment.");
    }
    found->name = name;
    found->updated = Now();
    return Ok();
  }
  Status DeleteExperiment(std::string_view id) override { return Move(id, Lifecycle::kDeleted); }
  Status RestoreExperiment(std::string_view id) override { return Move(id, Lifecycle::kActive); }
  Status SetExperimentTag(std::string_view id, const KeyValue& tag) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Experiment* const found, FindActive(id));
    Put(found->tags, tag);
    return Ok();
  }
  Status DeleteExperimentTag(std::string_view id, std::string_view key) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Experiment* const found, FindActive(id));
    if (Take(found->tags, key)) return Ok();
    return Error(Code::kNotFound, "No tag with name: " + std::string(key) +
                                      " in experiment with id " + std::string(id));
  }

  Result<Run> CreateRun(const NewRun& made) override {
    const std::lock_guard lock(mutex_);
    std::string tagged;
    for (const KeyValue& tag : made.tags) {
      if (tag.key == kRunName) tagged = tag.value;
    }
    if (!made.name.empty() && !tagged.empty() && made.name != tagged) {
      return Error(Code::kInvalidArgument,
                   "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with "
                   "different values (run_name='" +
                       made.name + "', mlflow.runName='" + tagged + "').");
    }
    ASSIGN_OR_RETURN(const Experiment* const experiment, FindActive(made.experiment_id));
    Kept added;
    RunHeader& info = added.run.info;
    info.id = made.id.empty() ? Id(++last_run_) : made.id;
    info.name = !made.name.empty() ? made.name : !tagged.empty() ? tagged : "calm-test-" + info.id;
    info.experiment_id = made.experiment_id;
    info.user_id = made.user_id;
    info.artifact_uri = experiment->artifact_location + "/" + info.id + "/artifacts";
    info.start = made.start;
    for (const KeyValue& tag : made.tags) Put(added.run.tags, tag);
    Put(added.run.tags, {std::string(kRunName), info.name});
    runs_.push_back(added);
    return added.run;
  }
  Result<RunHeader> UpdateRun(std::string_view id, const RunChange& change) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Kept* const found, FindActiveRun(id));
    RunHeader& info = found->run.info;
    if (change.status) info.status = *change.status;
    if (change.end) info.end = change.end;
    if (!change.name.empty()) PutTag(found->run, {std::string(kRunName), change.name});
    return info;
  }
  Result<Run> GetRun(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const Kept* const found, FindRun(id));
    return WithLatest(*found);
  }
  Status DeleteRun(std::string_view id) override { return MoveRun(id, Lifecycle::kDeleted); }
  Status RestoreRun(std::string_view id) override { return MoveRun(id, Lifecycle::kActive); }

  Status LogBatch(std::string_view run_id, const LoggedBatch& batch) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Kept* const found, FindActiveRun(run_id));
    std::string changed;
    for (const KeyValue& param : batch.params) {
      const KeyValue* const old = FindKey(found->run.params, param.key);
      if (old == nullptr || old->value == param.value) continue;
      changed += (changed.empty() ? "" : ", ") + ("{'key': '" + param.key) + "', 'old_value': '" +
                 old->value + "', 'new_value': '" + param.value + "'}";
    }
    if (!changed.empty()) {
      return Error(Code::kInvalidArgument,
                   "Changing param values is not allowed. Params were already logged='[" + changed +
                       "]' for run ID='" + std::string(run_id) + "'.");
    }
    for (const KeyValue& param : batch.params) Put(found->run.params, param);
    for (const Metric& metric : batch.metrics) Add(found->history, metric);
    for (const KeyValue& tag : batch.tags) PutTag(found->run, tag);
    return Ok();
  }
  Status LogParam(std::string_view run_id, const KeyValue& param) override {
    {
      const std::lock_guard lock(mutex_);
      ASSIGN_OR_RETURN(const Kept* const found, FindActiveRun(run_id));
      const KeyValue* const old = FindKey(found->run.params, param.key);
      if (old != nullptr && old->value != param.value) {
        return Error(Code::kInvalidArgument,
                     "Changing param values is not allowed. Param with key='" + param.key +
                         "' was already logged with value='" + old->value + "' for run ID='" +
                         std::string(run_id) + "'. Attempted logging new value '" + param.value +
                         "'.");
      }
    }
    return LogBatch(run_id, {.params = std::span(&param, 1)});
  }
  Status DeleteTag(std::string_view run_id, std::string_view key) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Kept* const found, FindActiveRun(run_id));
    if (Take(found->run.tags, key)) return Ok();
    return Error(Code::kNotFound, "No tag with name: " + std::string(key) + " in run with id " +
                                      std::string(run_id));
  }
  Status LogInputs(std::string_view run_id, std::span<const DatasetInput> datasets,
                   std::span<const std::string> model_ids) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Kept* const found, FindActiveRun(run_id));
    for (const DatasetInput& input : datasets) found->run.dataset_inputs.push_back(input);
    for (const std::string& model : model_ids) found->run.model_inputs.push_back(model);
    return Ok();
  }
  Status LogOutputs(std::string_view run_id, std::span<const ModelOutput> models) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Kept* const found, FindActiveRun(run_id));
    for (const ModelOutput& model : models) found->run.model_outputs.push_back(model);
    return Ok();
  }
  Result<PageOf<Run>> SearchRuns(std::span<const std::string> experiment_ids,
                                 const SearchRequest& request) override {
    const std::lock_guard lock(mutex_);
    std::vector<Run> found;
    for (const Kept& each : runs_) {
      if (Fits(request.view, each.run.info.stage) &&
          Contains(experiment_ids, each.run.info.experiment_id)) {
        found.push_back(WithLatest(each));
      }
    }
    std::stable_sort(found.begin(), found.end(), [](const Run& a, const Run& b) {
      return std::tuple(-a.info.start.value_or(0), a.info.id) <
             std::tuple(-b.info.start.value_or(0), b.info.id);
    });
    return Page(std::move(found), request.max_results, request.page_token);
  }
  Result<PageOf<Metric>> MetricHistory(std::string_view run_id, std::string_view key,
                                       std::size_t max_results,
                                       std::string_view page_token) override {
    const std::lock_guard lock(mutex_);
    const auto found = FindRun(run_id);
    std::vector<Metric> points;
    if (found.ok()) points = PointsOf(**found, key);
    const auto order = [](const Metric& m) {
      return std::tuple(m.timestamp, m.step, std::isnan(m.value), m.value);
    };
    std::stable_sort(points.begin(), points.end(),
                     [&](const Metric& a, const Metric& b) { return order(a) < order(b); });
    return Page(std::move(points), max_results == 0 ? points.max_size() : max_results, page_token);
  }
  Result<std::vector<Metric>> MetricHistoryInterval(std::span<const std::string> run_ids,
                                                    std::string_view key,
                                                    std::optional<std::int64_t> from,
                                                    std::optional<std::int64_t> to,
                                                    std::size_t) override {
    const std::lock_guard lock(mutex_);
    std::vector<Metric> all;
    for (const std::string& id : run_ids) {
      const auto found = FindRun(id);
      if (!found.ok()) continue;
      std::vector<Metric> points = PointsOf(**found, key);
      std::erase_if(points, [&](const Metric& m) {
        return (from && m.step < *from) || (to && m.step > *to);
      });
      std::stable_sort(points.begin(), points.end(),
                       [](const Metric& a, const Metric& b) { return a.step < b.step; });
      for (Metric& point : points) {
        point.run_id = id;
        all.push_back(std::move(point));
      }
    }
    return all;
  }
  Result<std::vector<DatasetSummary>> SearchDatasets(std::span<const std::string> experiment_ids,
                                                     std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::map<std::tuple<std::string, std::string, std::string, std::string>, int> seen;
    for (const Kept& each : runs_) {
      if (!Contains(experiment_ids, each.run.info.experiment_id)) continue;
      for (const DatasetInput& input : each.run.dataset_inputs) {
        const KeyValue* const context = FindKey(input.tags, "mlflow.data.context");
        seen[{each.run.info.experiment_id, input.dataset.name, input.dataset.digest,
              context == nullptr ? "" : context->value}] = 1;
      }
    }
    std::vector<DatasetSummary> found;
    for (const auto& [key, one] : seen) {
      const auto& [experiment, name, digest, context] = key;
      if (found.size() < limit) found.push_back({experiment, name, digest, context});
    }
    return found;
  }

  Result<LoggedModel> CreateLoggedModel(const NewLoggedModel& made) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const Experiment* const experiment, FindActive(made.experiment_id));
    LoggedModel model{.id = made.id.empty() ? "m-" + Id(++last_model_) : made.id,
                      .experiment_id = made.experiment_id};
    model.name = made.name.empty() ? "calm-test-1" : made.name;
    model.artifact_uri = experiment->artifact_location + "/models/" + model.id + "/artifacts";
    model.model_type = made.model_type;
    model.source_run_id = made.source_run_id;
    model.created = model.updated = Now();
    for (const KeyValue& param : made.params) Put(model.params, param);
    for (const KeyValue& tag : made.tags) Put(model.tags, tag);
    models_.push_back(model);
    return model;
  }
  Result<LoggedModel> FinalizeLoggedModel(std::string_view id, LoggedModelStatus status) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(LoggedModel* const found, FindModel(id));
    found->status = status;
    found->updated = Now();
    return *found;
  }
  Result<LoggedModel> GetLoggedModel(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const LoggedModel* const found, FindModel(id));
    return *found;
  }
  Status DeleteLoggedModel(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const LoggedModel* const found, FindModel(id));
    models_.erase(models_.begin() + (found - models_.data()));
    return Ok();
  }
  Result<PageOf<LoggedModel>> SearchLoggedModels(const LoggedModelSearch& search) override {
    const std::lock_guard lock(mutex_);
    std::vector<LoggedModel> found;
    for (const LoggedModel& each : models_) {
      if (Contains(search.experiment_ids, each.experiment_id)) found.insert(found.begin(), each);
    }
    return Page(std::move(found), search.max_results, search.page_token);
  }
  Status SetLoggedModelTags(std::string_view id, std::span<const KeyValue> tags) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(LoggedModel* const found, FindModel(id));
    for (const KeyValue& tag : tags) Put(found->tags, tag);
    return Ok();
  }
  Status DeleteLoggedModelTag(std::string_view id, std::string_view key) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(LoggedModel* const found, FindModel(id));
    if (Take(found->tags, key)) return Ok();
    return Error(Code::kNotFound, "No tag with key '" + std::string(key) +
                                      "' found for model with ID '" + std::string(id) + "'.");
  }
  Status LogLoggedModelParams(std::string_view id, std::span<const KeyValue> params) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(LoggedModel* const found, FindModel(id));
    for (const KeyValue& param : params) Put(found->params, param);
    return Ok();
  }
  Result<std::vector<std::string>> Purge(Millis) override { return std::vector<std::string>(); }

 private:
  static constexpr std::string_view kRunName = "mlflow.runName";
  struct Kept {
    Run run;
    std::vector<Metric> history;
  };

  Millis Now() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.Now().time_since_epoch())
        .count();
  }
  static std::string Id(std::size_t number) {
    std::string digits = std::to_string(number);
    return std::string(32 - digits.size(), '0') + digits;
  }
  static bool Fits(ViewType view, Lifecycle stage) {
    return view == ViewType::kAll ||
           (view == ViewType::kActiveOnly) == (stage == Lifecycle::kActive);
  }
  static bool Contains(std::span<const std::string> all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  }
  static const KeyValue* FindKey(const std::vector<KeyValue>& pairs, std::string_view key) {
    for (const KeyValue& each : pairs) {
      if (each.key == key) return &each;
    }
    return nullptr;
  }
  static void Put(std::vector<KeyValue>& pairs, const KeyValue& pair) {
    Take(pairs, pair.key);
    const auto place = std::find_if(pairs.begin(), pairs.end(),
                                    [&](const KeyValue& p) { return p.key > pair.key; });
    pairs.insert(place, pair);
  }
  static bool Take(std::vector<KeyValue>& pairs, std::string_view key) {
    return std::erase_if(pairs, [&](const KeyValue& each) { return each.key == key; }) != 0;
  }
  static void PutTag(Run& run, const KeyValue& tag) {
    Put(run.tags, tag);
    if (tag.key == kRunName) run.info.name = tag.value;
  }
  // Tokens are "@" and a place.
  template <typename T>
  static Result<PageOf<T>> Page(std::vector<T> all, std::size_t most, std::string_view token) {
    std::size_t begin = 0;
    if (!token.empty()) {
      if (token.front() != '@') {
        return Error(Code::kInvalidArgument, "Invalid page token, could not base64-decode");
      }
      begin = std::min<std::size_t>(std::stoul(std::string(token.substr(1))), all.size());
    }
    const std::size_t end = all.size() - begin > most ? begin + most : all.size();
    PageOf<T> page;
    if (end < all.size()) page.next_token = "@" + std::to_string(end);
    page.items.assign(all.begin() + static_cast<std::ptrdiff_t>(begin),
                      all.begin() + static_cast<std::ptrdiff_t>(end));
    return page;
  }
  // A point that is there already is passed over; NaN is itself here.
  static void Add(std::vector<Metric>& history, const Metric& metric) {
    for (const Metric& each : history) {
      const bool same =
          each.value == metric.value || (std::isnan(each.value) && std::isnan(metric.value));
      if (same && each.key == metric.key && each.timestamp == metric.timestamp &&
          each.step == metric.step && each.model_id == metric.model_id) {
        return;
      }
    }
    history.push_back(metric);
  }
  static std::vector<Metric> PointsOf(const Kept& kept, std::string_view key) {
    std::vector<Metric> points;
    for (const Metric& each : kept.history) {
      if (each.key == key) points.push_back(each);
    }
    return points;
  }
  static Run WithLatest(const Kept& kept) {
    std::map<std::string, Metric> latest;
    const auto order = [](const Metric& m) {
      return std::tuple(m.step, m.timestamp, std::isnan(m.value) ? 0 : m.value);
    };
    for (const Metric& each : kept.history) {
      const auto [place, fresh] = latest.emplace(each.key, each);
      if (!fresh && order(place->second) < order(each)) place->second = each;
    }
    Run run = kept.run;
    for (auto& [key, metric] : latest) run.metrics.push_back(metric);
    return run;
  }
  Result<Experiment*> Find(std::string_view id) {
    for (Experiment& each : experiments_) {
      if (each.id == id) return &each;
    }
    return Error(Code::kNotFound, "No Experiment with id=" + std::string(id) + " exists");
  }
  Result<Experiment*> FindActive(std::string_view id) {
    ASSIGN_OR_RETURN(Experiment* const found, Find(id));
    if (found->stage == Lifecycle::kActive) return found;
    return Error(Code::kInvalidArgument,
                 "The experiment " + std::string(id) +
                     " must be in the 'active' state. Current state is deleted.");
  }
  Result<Kept*> FindRun(std::string_view id) {
    for (Kept& each : runs_) {
      if (each.run.info.id == id) return &each;
    }
    return Error(Code::kNotFound, "Run with id=" + std::string(id) + " not found");
  }
  Result<Kept*> FindActiveRun(std::string_view id) {
    ASSIGN_OR_RETURN(Kept* const found, FindRun(id));
    if (found->run.info.stage == Lifecycle::kActive) return found;
    return Error(
        Code::kInvalidArgument,
        "The run " + std::string(id) + " must be in the 'active' state. Current state is deleted.");
  }
  Result<LoggedModel*> FindModel(std::string_view id) {
    for (LoggedModel& each : models_) {
      if (each.id == id) return &each;
    }
    return Error(Code::kNotFound, "Logged model with ID '" + std::string(id) + "' not found.");
  }
  Status Move(std::string_view id, Lifecycle stage) {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Experiment* const found, Find(id));
    if (found->stage == stage) {
      return Error(Code::kNotFound, "No Experiment with id=" + std::string(id) + " exists");
    }
    found->stage = stage;
    found->updated = Now();
    for (Kept& each : runs_) {
      if (each.run.info.experiment_id == id) each.run.info.stage = stage;
    }
    return Ok();
  }
  Status MoveRun(std::string_view id, Lifecycle stage) {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(Kept* const found, FindRun(id));
    found->run.info.stage = stage;
    return Ok();
  }

  const Clock& clock_;
  const std::string root_;
  std::mutex mutex_;
  std::vector<Experiment> experiments_;  // all below guarded by mutex_
  std::vector<Kept> runs_;
  std::vector<LoggedModel> models_;
  std::size_t last_run_ = 0, last_model_ = 0;
};

}  // namespace mooring::records::testing
